//! What a model is built from: geometry, device, rules, actors and their code, the start.

use super::checksum::crc32c;
use super::id::{ActorId, LockId, PageId, SectorId, SpaceId, TlbId};
use super::lock::Lock;
use super::op::{Instr, Resource, Which};
use super::world::Access;

/// Bytes in a page: `PAGE_SIZE` in the kernel, as it is on x86 and in the dossier's scenarios.
pub const PAGE_SIZE: usize = 4096;

/// How many pages there are, how they divide into intervals and blocks, and where they lie on the
/// disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Geometry {
    /// How many pages exist, 1 to [`MAX_PAGES`](super::MAX_PAGES).
    pub pages: u8,
    /// Bytes in a protection interval: 512 or 4096.
    pub interval: u16,
    /// LBA of the first interval of page 0, in intervals.
    pub first_lba: u32,
    /// Bytes in a file system block, where pages have buffers (512 to 4096); 0 where they do not.
    pub block: u16,
    /// Whether operating system and adapter guard with the Internet checksum instead of the CRC.
    pub ip_guards: bool,
    /// The checksum a block carries inside, if it does.
    pub stamp: Option<Stamp>,
}

impl Geometry {
    /// Protection intervals in a page: 8 or 1.
    pub fn sectors(self) -> usize {
        PAGE_SIZE / usize::from(self.interval)
    }

    /// The pages, in order.
    pub fn page_ids(self) -> impl ExactSizeIterator<Item = PageId> + DoubleEndedIterator + Clone {
        PageId::first(self.pages.into())
    }

    /// The protection intervals of a page, in order.
    pub fn sector_ids(
        self,
    ) -> impl ExactSizeIterator<Item = SectorId> + DoubleEndedIterator + Clone {
        SectorId::first(self.sectors())
    }

    /// A protection interval's place in a row of those of all pages.
    pub fn interval_number(self, page: PageId, sector: SectorId) -> usize {
        page.index() * self.sectors() + sector.index()
    }

    /// The LBA of an interval, which is also its Type 1 reference tag (low 32 bits).
    pub fn lba(self, page: PageId, sector: SectorId) -> u32 {
        let before = self.interval_number(page, sector) as u32;
        self.first_lba.wrapping_add(before)
    }

    /// Extends a bit mask of sectors to whole buffers: every sector of each buffer that it touches.
    pub(super) fn whole_buffers(self, sectors: u8) -> u8 {
        let many = usize::from(self.block / self.interval).max(1);
        let mut all = 0;
        for first in (0..self.sectors()).step_by(many) {
            let buffer = (((1u16 << many) - 1) << first) as u8;
            if sectors & buffer != 0 {
                all |= buffer;
            }
        }
        all
    }

    /// Every sector of a page, as bits.
    pub(super) fn all_sectors(self) -> u8 {
        ((1u16 << self.sectors()) - 1) as u8
    }
}

/// A CRC-32C stored inside the block it covers (ext4's superblock).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Stamp {
    /// The page that holds the block.
    pub page: PageId,
    /// Where the covered bytes begin, in the page.
    pub from: u16,
    /// Where the covered bytes end and the checksum's four bytes stand, little-endian.
    pub at: u16,
}

impl Stamp {
    /// The sector of the page that holds the checksum.
    pub fn sector(self, geometry: Geometry) -> SectorId {
        SectorId::at(usize::from(self.at / geometry.interval))
    }

    /// The protection interval that holds the checksum, counted through all pages.
    pub fn interval(self, geometry: Geometry) -> usize {
        geometry.interval_number(self.page, self.sector(geometry))
    }

    /// Where, in its interval of `size` bytes, the covered bytes begin and the checksum stands; none
    /// if the two do not lie in one interval.
    pub(super) fn range(self, size: usize) -> Option<(usize, usize)> {
        let base = usize::from(self.at).checked_div(size)? * size;
        let from = usize::from(self.from).checked_sub(base)?;
        let at = usize::from(self.at) - base;
        (from < at && at + 4 <= size).then_some((from, at))
    }

    /// Stores the checksum over `read`, the block's bytes as they were read earlier, in the block.
    pub(super) fn write(self, read: &[u8], into: &mut [u8]) {
        if let Some((from, at)) = self.range(read.len()) {
            into[at..at + 4].copy_from_slice(&crc32c(&read[from..at]).to_le_bytes());
        }
    }

    /// Whether the checksum in a block is that of the block's bytes.
    pub(super) fn verifies(self, bytes: &[u8]) -> bool {
        match self.range(bytes.len()) {
            Some((from, at)) => bytes[at..at + 4] == crc32c(&bytes[from..at]).to_le_bytes(),
            None => true,
        }
    }
}

/// Who takes a checksum of the bytes, or a second copy of them, and who compares.
///
/// The dossier's section 8.4 (`drivers/scsi/sd.c`, 6.19) and 7.1.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum Protection {
    /// Nobody (NORMAL).
    None,
    /// The block layer generates, HBA and target check (WRITE_PASS).
    DixDif,
    /// The block layer generates, the HBA checks and strips (Type 0, WRITE_STRIP).
    DixOnly,
    /// The HBA generates from the bytes it fetched, the target checks (WRITE_INSERT).
    HbaInsert,
    /// The block layer generates, the NVMe controller checks; the host requeues what fails.
    Nvme,
    /// The file system keeps a checksum of the data elsewhere; reads compare (btrfs).
    FsChecksum,
    /// Parity is computed first, the data fetched later, with `skip_copy` (raid5).
    Parity,
    /// Each leg of a mirror fetches for itself (raid1).
    Mirror,
}

impl Protection {
    /// Whether the block layer generates a guard for each interval.
    pub fn guards(self) -> bool {
        matches!(
            self,
            Protection::DixDif | Protection::DixOnly | Protection::Nvme
        )
    }

    /// Whether the media stores a tuple with each interval.
    pub fn tuples(self) -> bool {
        matches!(
            self,
            Protection::DixDif | Protection::HbaInsert | Protection::Nvme
        )
    }

    /// Whether the device or the file system asks for stable pages (the dossier's 7.1): raid1
    /// does not, and a disk whose adapter inserts guards has no integrity profile that would.
    pub fn wants_stable(self) -> bool {
        matches!(
            self,
            Protection::DixDif
                | Protection::DixOnly
                | Protection::Nvme
                | Protection::FsChecksum
                | Protection::Parity
        )
    }
}

/// How the fault path and `write_begin` wait for a page under writeback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum StableWait {
    /// Not at all (2.6.39).
    Never,
    /// Always (3.0 to 3.8).
    Always,
    /// If the mapping asks for stable pages (3.9 and later).
    IfRequired,
}

/// Rules that differ between kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Rules {
    /// `set_page_writeback` asserts the page lock (today's `__folio_start_writeback`; 2.6.39's
    /// `set_page_writeback` did not).
    pub writeback_asserts_lock: bool,
    /// How the fault path and `write_begin` wait for writeback.
    pub wait: StableWait,
    /// Whether each opener of the file learns of a write error once (errseq), rather than only the
    /// first to call fsync (AS_EIO).
    pub errseq: bool,
}

/// An actor and its code: its program, then, for a user thread, its fault handler.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Actor {
    /// The address space it runs in, for user threads.
    pub space: Option<SpaceId>,
    /// The TLB it uses, for user threads.
    pub tlb: Option<TlbId>,
    /// Program and handler.
    pub code: Vec<Instr>,
    /// How many instructions of `code` are the program; the handler is the rest.
    pub main: u8,
    /// Whether its program begins again when it ends.
    pub forever: bool,
}

/// A store of fixed bytes.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Store {
    /// The page it writes to.
    pub page: PageId,
    /// Byte offset in the page.
    pub offset: u16,
    /// The bytes it writes.
    pub bytes: Vec<u8>,
}

impl Store {
    /// Writes this store's share into the bytes of `interval` (counted through all pages).
    pub(super) fn write(&self, geometry: Geometry, interval: usize, into: &mut [u8]) {
        let size = usize::from(geometry.interval);
        let start = interval * size;
        let first = self.page.index() * PAGE_SIZE + usize::from(self.offset);
        for (index, byte) in self.bytes.iter().enumerate() {
            if let Some(cell) = (first + index)
                .checked_sub(start)
                .and_then(|at| into.get_mut(at))
            {
                *cell = *byte;
            }
        }
    }

    /// Whether the store touches an interval of its page.
    pub fn touches(&self, geometry: Geometry, sector: SectorId) -> bool {
        let size = usize::from(geometry.interval);
        let (from, at) = (usize::from(self.offset), sector.index() * size);
        from < at + size && from + self.bytes.len() > at
    }

    /// Whether an interval of its page, with these bytes, has all of the store's that are meant for it.
    pub fn is_in(&self, geometry: Geometry, sector: SectorId, bytes: &[u8]) -> bool {
        let start = sector.index() * usize::from(geometry.interval);
        let mut mine = (usize::from(self.offset)..).zip(&self.bytes);
        mine.all(|(at, byte)| {
            let here = at.checked_sub(start).and_then(|at| bytes.get(at));
            here.is_none_or(|there| there == byte)
        })
    }
}

/// A page as it is when a run begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageStart {
    /// PG_dirty.
    pub dirty: bool,
    /// Whether it belongs to a file; a user's direct I/O buffer or a guest's page does not.
    pub cached: bool,
    /// Its dirty buffers, one bit a sector, where pages have buffers.
    pub buffers: u8,
    /// The journal's committing transaction holds it (jbd2).
    pub committing: bool,
    /// How often it is pinned for DMA.
    pub pins: u8,
    /// The PTE of each address space.
    pub ptes: Vec<Access>,
    /// The entry for the page in each TLB.
    pub tlbs: Vec<Access>,
}

/// What a model is built from.
#[derive(Clone, Debug)]
pub struct Parts {
    /// Pages, intervals and blocks, and where they lie on the disk.
    pub geometry: Geometry,
    /// The kind of device, by who takes checksums and who compares them.
    pub protection: Protection,
    /// Whether the mapping asks for stable pages.
    pub stable: bool,
    /// The kernel's rules.
    pub rules: Rules,
    /// The actors.
    pub actors: Vec<Actor>,
    /// The stores that instructions refer to.
    pub stores: Vec<Store>,
    /// Bytes of every interval in memory at the start, all pages in a row.
    pub memory: Vec<Vec<u8>>,
    /// Bytes of every interval on media at the start, all pages in a row.
    pub media: Vec<Vec<u8>>,
    /// The pages.
    pub pages: Vec<PageStart>,
    /// How many address spaces there are.
    pub spaces: u8,
    /// For each TLB, the address space it belongs to.
    pub tlbs: Vec<SpaceId>,
    /// The named locks, counters and flags.
    pub locks: Vec<Lock>,
    /// What is taken at the start: resource, which one of it, and by whom.
    pub held: Vec<(Resource, Which, ActorId)>,
    /// The named locks of which somebody has a reader's share at the start.
    pub shared: Vec<(LockId, ActorId)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two pages, cut into sectors of 512 bytes, in blocks.
    fn geometry(block: u16) -> Geometry {
        Geometry {
            pages: 2,
            interval: 512,
            first_lba: 100,
            block,
            ip_guards: false,
            stamp: None,
        }
    }

    /// (The reference tag of Type 1 counts on from page to page: docs/kernel, 8.1.)
    #[test]
    fn addresses_count_on_from_page_to_page() {
        let lba = |page, sector| geometry(0).lba(PageId(page), SectorId(sector));
        assert_eq!(
            [lba(0, 0), lba(0, 7), lba(1, 0), lba(1, 3)],
            [100, 107, 108, 111]
        );
    }

    #[test]
    fn a_buffer_is_as_large_as_a_block() {
        for (block, sectors, whole) in [
            (0, 0b0110, 0b0110),
            (512, 0b0110, 0b0110),
            (1024, 0b0110, 0b1111),
            (1024, 0b0100, 0b1100),
            (2048, 0b0110, 0b1111),
            (4096, 0b0010, 0b1111_1111),
            (4096, 0, 0),
        ] {
            let found = geometry(block).whole_buffers(sectors);
            assert_eq!(found, whole, "{block} {sectors:b}");
        }
    }

    /// A store touches the intervals that it has bytes in, and no neighbour.
    #[test]
    fn a_store_touches_where_its_bytes_go() {
        let touched = |offset, many| {
            let store = Store {
                page: PageId(0),
                offset,
                bytes: vec![1; many],
            };
            let sectors = geometry(0).sector_ids();
            let all = sectors.filter(|it| store.touches(geometry(0), *it));
            all.map(|it| it.0).collect::<Vec<_>>()
        };
        assert_eq!(touched(0, 1), [0]);
        assert_eq!(touched(510, 2), [0]);
        assert_eq!(touched(512, 2), [1]);
        assert_eq!(touched(511, 2), [0, 1]);
        assert_eq!(touched(1023, 514), [1, 2, 3]);
    }

    /// The checksum of bytes 16 to 507 of the second page's third interval stands in its last four.
    #[test]
    fn a_checksum_is_of_the_bytes_before_it_in_its_interval() {
        let stamp = Stamp {
            page: PageId(1),
            from: 1024 + 16,
            at: 1024 + 508,
        };
        assert_eq!(stamp.sector(geometry(0)), SectorId(2));
        assert_eq!(stamp.interval(geometry(0)), 10);
        assert_eq!(stamp.range(512), Some((16, 508)));
        let (read, mut block) = ([7; 512], [9; 512]);
        assert!(!stamp.verifies(&read));
        stamp.write(&read, &mut block);
        assert_eq!(block[..508], [9; 508]);
        assert_eq!(block[508..], crc32c(&read[16..508]).to_le_bytes());
        assert!(!stamp.verifies(&block), "it is that of other bytes");
        let same = block;
        stamp.write(&same, &mut block);
        assert!(stamp.verifies(&block));
        for (at, covered) in [
            (0, false),
            (15, false),
            (16, true),
            (507, true),
            (508, true),
        ] {
            let mut other = block;
            other[at] ^= 1;
            assert_eq!(stamp.verifies(&other), !covered, "byte {at}");
        }
        // Bytes and checksum in two intervals, none at all, or past the end.
        for (from, at) in [(1000, 1532), (1532, 1532), (1100, 1064), (1040, 1533)] {
            let stamp = Stamp { from, at, ..stamp };
            assert_eq!(stamp.range(512), None, "{from} {at}");
            let mut block = [9; 512];
            stamp.write(&read, &mut block);
            assert_eq!(block, [9; 512]);
        }
    }
}
