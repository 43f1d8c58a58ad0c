//! Handles of declarations, over all modules of a compilation.

macro_rules! handles {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub(crate) struct $name(pub(crate) u32);

        impl $name {
            pub(crate) fn new(index: usize) -> Self {
                Self(index as u32)
            }

            pub(crate) fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

handles! {
    /// A module.
    ModuleIx,
    /// An enumeration.
    EnumIx,
    /// A record.
    RecordIx,
    /// A name for a type.
    AliasIx,
    /// A sort.
    SortIx,
    /// A constant.
    ConstIx,
    /// A variable.
    VarIx,
    /// A definition.
    DefIx,
    /// An event.
    EventIx,
    /// A property.
    PropertyIx,
    /// A component as declared.
    ComponentIx,
    /// A composed system as declared.
    SystemIx,
}
