//! Finds libz3 on the machine and opens it.
//!
//! Takes: `WATERTIGHT_Z3`, the place of the running program, the `target/z3` of the source tree it was built from, and
//! the system's loader, in this order. Gives: the first library that is [`OLDEST`] or newer, with the forwarders of
//! `z3/import.c` leading into it. Guarantees: a library that is too old is never used, and a failure is one line that
//! names what was tried and what to do.
#![expect(
    unsafe_code,
    reason = "opening a shared library and calling into it is unsafe by nature"
)]

use std::env;
use std::ffi::{CStr, CString, c_char, c_uint, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, Ordering};

use super::z3_version::{OLDEST, Z3Version};

/// An opened libz3, to which the `z3` crate now leads.
#[derive(Debug)]
pub(super) struct Library {
    pub(super) version: Z3Version,
    pub(super) path: PathBuf,
}

/// Opens the first library that will do. Call it once.
pub(super) fn load() -> Result<Library, String> {
    let chosen = env::var_os("WATERTIGHT_Z3")
        .filter(|value| !value.is_empty())
        .map(PathBuf::from);
    let candidates = match &chosen {
        Some(place) => places_in(place),
        None => usual_places(),
    };
    let mut refused = Vec::new();
    for path in candidates {
        match open(&path) {
            Ok(Some((handle, version))) => {
                connect(handle);
                let path = if is_bare(&path) {
                    path
                } else {
                    path.canonicalize().unwrap_or(path)
                };
                return Ok(Library { version, path });
            }
            Ok(None) => {}
            Err(reason) => refused.push(reason),
        }
    }
    Err(advice(chosen.as_deref(), &refused))
}

/// Where `WATERTIGHT_Z3` may point: at the library, at its folder, or at the folder above `lib`.
fn places_in(place: &Path) -> Vec<PathBuf> {
    vec![
        place.to_path_buf(),
        place.join("libz3.so"),
        place.join("lib/libz3.so"),
    ]
}

fn usual_places() -> Vec<PathBuf> {
    let program = env::current_exe().ok();
    let beside = program.as_deref().and_then(Path::parent);
    let mut places: Vec<PathBuf> = beside
        .into_iter()
        .flat_map(|folder| [folder.join("libz3.so"), folder.join("../lib/libz3.so")])
        .collect();
    // Where `./x setup` puts it, in the source tree that this program was built from.
    places.push(PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../target/z3/lib/libz3.so"
    )));
    // Bare names are for the system's loader: the name of development packages, then that of Debian's library package.
    places.extend(["libz3.so", "libz3.so.4"].map(PathBuf::from));
    places
}

/// The line for the user, whether they chose a place or not.
fn advice(chosen: Option<&Path>, refused: &[String]) -> String {
    let found = match refused {
        [] => "no libz3.so was found".to_owned(),
        reasons => reasons.join("; "),
    };
    match chosen {
        Some(place) => format!(
            "WATERTIGHT_Z3 is `{}`, but {found}: let it name a folder with libz3.so of Z3 {OLDEST} or newer",
            place.display()
        ),
        None => format!(
            "Z3 {OLDEST} or newer is needed, but {found}: run `./x setup` in the source tree, put libz3.so beside \
             this program, or set WATERTIGHT_Z3 to the folder that holds it"
        ),
    }
}

type Handle = NonNull<c_void>;

/// `None` if there is no such file; an error if there is one that cannot be used.
fn open(path: &Path) -> Result<Option<(Handle, Z3Version)>, String> {
    let bare = is_bare(path);
    if !bare && !path.is_file() {
        return Ok(None);
    }
    let name = CString::new(path.as_os_str().as_bytes()).map_err(|error| error.to_string())?;
    // SAFETY: `name` ends with a null byte. The library's initialisers run: it was chosen by the user or by the system.
    let handle = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
    let Some(handle) = NonNull::new(handle) else {
        return if bare { Ok(None) } else { Err(loader_error()) };
    };
    match version_of(handle) {
        Some(version) if version >= OLDEST => Ok(Some((handle, version))),
        Some(version) => Err(format!("`{}` is Z3 {version}", path.display())),
        None => Err(format!("`{}` is not a Z3 library", path.display())),
    }
}

/// Whether the system's loader looks for it in its own folders.
fn is_bare(path: &Path) -> bool {
    path.parent().is_some_and(|folder| folder.as_os_str().is_empty())
}

fn loader_error() -> String {
    // SAFETY: the pointer is null or a string that is this thread's until its next `dl` call; it is copied at once.
    unsafe {
        let text = libc::dlerror();
        if text.is_null() {
            "it cannot be loaded".to_owned()
        } else {
            CStr::from_ptr(text).to_string_lossy().into_owned()
        }
    }
}

fn version_of(library: Handle) -> Option<Z3Version> {
    type GetVersion = unsafe extern "C" fn(*mut c_uint, *mut c_uint, *mut c_uint, *mut c_uint);
    let function = symbol(library, c"Z3_get_version")?;
    let (mut major, mut minor, mut patch, mut revision) = (0, 0, 0, 0);
    // SAFETY: `Z3_get_version` has had this signature in every release (z3_api.h); it writes its four arguments only.
    unsafe {
        let get_version: GetVersion = std::mem::transmute(function.as_ptr());
        get_version(&raw mut major, &raw mut minor, &raw mut patch, &raw mut revision);
    }
    Some(Z3Version { major, minor, patch })
}

fn symbol(library: Handle, name: &CStr) -> Option<NonNull<c_void>> {
    // SAFETY: `library` came from `dlopen` and is never closed; `name` ends with a null byte.
    NonNull::new(unsafe { libc::dlsym(library.as_ptr(), name.as_ptr()) })
}

/// One row of `watertight_z3_functions` in `z3/import.c`.
#[repr(C)]
struct Forwarder {
    name: *const c_char,
    slot: *const AtomicPtr<c_void>,
}

unsafe extern "C" {
    #[link_name = "watertight_z3_functions"]
    static FORWARDERS: Forwarder;
}

/// Lets every forwarder lead into the library. Functions that an older library lacks keep their first target, which
/// ends the program with a message; the `z3` crate is built for the API of [`OLDEST`] and calls none of them.
fn connect(library: Handle) {
    // SAFETY: the table is constant, its names are null-terminated strings and its end is a null name (z3/import.c).
    // Each slot is an aligned pointer that lives as long as the program, and Rust writes it only here, atomically.
    unsafe {
        let mut row = &raw const FORWARDERS;
        while !(*row).name.is_null() {
            if let Some(function) = symbol(library, CStr::from_ptr((*row).name)) {
                (*(*row).slot).store(function.as_ptr(), Ordering::Release);
            }
            row = row.add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_is_not_there_is_passed_over() {
        assert!(open(Path::new("/no/such/libz3.so")).unwrap().is_none());
    }

    #[test]
    fn a_file_that_is_no_library_is_refused_with_the_loaders_reason() {
        let reason = open(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))).unwrap_err();
        assert!(reason.contains("Cargo.toml"), "{reason}");
    }

    #[test]
    fn a_library_that_is_not_z3_is_refused() {
        assert_eq!(
            open(Path::new("libc.so.6")).unwrap_err(),
            "`libc.so.6` is not a Z3 library"
        );
    }

    #[test]
    fn advice_is_one_line_that_says_what_was_refused_and_what_to_do() {
        let nothing = advice(None, &[]);
        assert!(
            nothing.contains("no libz3.so was found") && nothing.contains("./x setup"),
            "{nothing}"
        );
        let old = advice(
            Some(Path::new("/opt/z3")),
            &["`/opt/z3/libz3.so` is Z3 4.8.12".to_owned()],
        );
        assert_eq!(
            old,
            "WATERTIGHT_Z3 is `/opt/z3`, but `/opt/z3/libz3.so` is Z3 4.8.12: let it name a folder with libz3.so of \
             Z3 4.13.3 or newer"
        );
        assert!(!nothing.contains('\n') && !old.contains('\n'));
    }
}
