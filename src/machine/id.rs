//! Numbers that say what they count, so that a page's number cannot be taken for a sector's.

macro_rules! ids {
    ($($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        #[derive(
            Clone,
            Copy,
            Debug,
            Default,
            PartialEq,
            Eq,
            Hash,
            PartialOrd,
            Ord,
            serde::Serialize,
            serde::Deserialize,
        )]
        #[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(pub u8);

        impl $name {
            /// Its place in a table with an entry for each.
            pub const fn index(self) -> usize {
                self.0 as usize
            }

            /// The one at this place in a table with an entry for each. No table has more than 255
            /// entries, so that a place beyond them comes to a number that none of them has.
            pub const fn at(index: usize) -> $name {
                $name(if index < 255 { index as u8 } else { u8::MAX })
            }

            /// The first so many, in order.
            pub fn first(
                many: usize,
            ) -> impl ExactSizeIterator<Item = $name> + DoubleEndedIterator + Clone
            {
                (0..$name::at(many).0).map($name)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
                self.0.fmt(out)
            }
        }
    )+};
}

ids! {
    /// A page of the model, from 0.
    PageId;
    /// A protection interval in its page, from 0.
    SectorId;
    /// An actor, in the order of the scenario.
    ActorId;
    /// A bio, from 0; there are as many as pages, or as parts of pages.
    BioId;
    /// A store, from 0, in the order of the scenario; 255 is the write of a checksum into its own block.
    StoreId;
    /// An address space (`mm_struct`) that maps the file, from 0, in the order of the scenario.
    SpaceId;
    /// A lock, counter or flag that the scenario declares by name, from 0, in its order.
    LockId;
    /// A TLB: one for each pair of CPU and address space that runs on it.
    TlbId;
}

impl StoreId {
    /// Stands for no store of the model, but for the write of a checksum into its own block.
    pub const CHECKSUM: StoreId = StoreId(u8::MAX);
}

impl SectorId {
    /// Its bit in a register that has one for each sector of a page.
    pub const fn bit(self) -> u8 {
        1 << (self.0 & 7)
    }
}
