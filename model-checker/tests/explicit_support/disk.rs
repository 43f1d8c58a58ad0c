//! A disk that is memory, and one that is full.

use std::io;
use std::sync::Mutex;

use model_checker::explicit::{Disk, Pile};

/// The disk that is memory.
pub const DISK: &dyn Disk = &Memory;

#[derive(Debug)]
struct Memory;

impl Disk for Memory {
    fn pile(&self) -> io::Result<Box<dyn Pile>> {
        Ok(Box::new(Bytes::default()))
    }
}

/// A disk to which nothing can be written.
#[derive(Debug)]
pub struct Full;

impl Disk for Full {
    fn pile(&self) -> io::Result<Box<dyn Pile>> {
        Ok(Box::new(Full))
    }
}

impl Pile for Full {
    fn write_at(&self, _: &[u8], _: u64) -> io::Result<()> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn read_at(&self, _: &mut [u8], _: u64) -> io::Result<()> {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

#[derive(Debug, Default)]
struct Bytes(Mutex<Vec<u8>>);

impl Pile for Bytes {
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        let (mut all, at) = (self.0.lock().expect("no panic"), at as usize);
        let end = all.len().max(at + bytes.len());
        all.resize(end, 0);
        all[at..at + bytes.len()].copy_from_slice(bytes);
        Ok(())
    }

    fn read_at(&self, bytes: &mut [u8], at: u64) -> io::Result<()> {
        let (all, at) = (self.0.lock().expect("no panic"), at as usize);
        let there = all
            .get(at..at + bytes.len())
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        bytes.copy_from_slice(there);
        Ok(())
    }
}
