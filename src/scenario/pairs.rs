//! Which kinds of device a kernel could not have: any device can be put under any kernel here, though not every pair existed.

use crate::machine::Protection;
use crate::protocol::Era;

use super::verdict::Device;

/// Why a device and a kernel never met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NeverExisted {
    /// What the kernel lacked, in a sentence.
    pub why: &'static str,
    /// Where that is written.
    pub source: &'static str,
}

/// Why no such kernel had such a device; none where one could have.
pub fn never_existed(device: Device, era: Era) -> Option<NeverExisted> {
    let old = era < Era::V6_19;
    match device.protection {
        Protection::Nvme if old => Some(NeverExisted {
            why: "Linux drives NVMe with protection information only since 2015.",
            source: "commit e1e5e5641e6f, \"NVMe: Metadata format support\"",
        }),
        Protection::Parity if old => Some(NeverExisted {
            why: "RAID5 computes parity from the pages themselves (skip_copy) only since 2014; before, it copied them first.",
            source: "commit d592a9969141, \"raid5: add an option to avoid copy data from bio to stripe cache\"",
        }),
        Protection::FsChecksum if era == Era::V2_6_39 => Some(NeverExisted {
            why: "btrfs, the file system with data checksums, waited in 2.6.39 already.",
            source: "btrfs_page_mkwrite, fs/btrfs/inode.c (2.6.39); the kernel dossier, section 3.3",
        }),
        Protection::Nvme | Protection::Parity | Protection::FsChecksum => None,
        // DIF and DIX came with 2.6.27, RAID1 and disks without anything long before.
        Protection::DixDif
        | Protection::DixOnly
        | Protection::HbaInsert
        | Protection::None
        | Protection::Mirror => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::unfollowed;

    #[test]
    fn every_device_existed_under_the_newest_kernel_and_facts_can_be_looked_up() {
        let mut missing = 0;
        for device in Device::ALL {
            assert_eq!(never_existed(device, Era::V7_3), None);
            for it in Era::ALL
                .iter()
                .filter_map(|era| never_existed(device, *era))
            {
                assert!(it.why.ends_with('.'));
                assert_eq!(unfollowed(it.source), None);
                missing += 1;
            }
        }
        // NVMe and RAID5 under three kernels, btrfs under one.
        assert_eq!(missing, 7);
    }
}
