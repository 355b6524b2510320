//! The part that never changes during a run.

use super::content::Contents;
use super::parts::{Actor, Geometry, Protection, Rules, Store};
use super::world::{Layout, World};

/// An immutable machine, ready to run.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Model {
    /// Sizes and places.
    pub geometry: Geometry,
    /// The device.
    pub protection: Protection,
    /// Whether the mapping asks for stable pages (AS_STABLE_WRITES).
    pub stable: bool,
    /// The kernel's rules.
    pub rules: Rules,
    /// The actors.
    pub actors: Vec<Actor>,
    /// The stores that instructions refer to.
    pub stores: Vec<Store>,
    /// The bytes and guards.
    pub contents: Contents,
    /// The address space of each TLB.
    pub tlb_spaces: Vec<u8>,
    /// How many address spaces map the file.
    pub spaces: u8,
    /// For each page, whether it belongs to a file.
    pub cached: Vec<bool>,
    /// Where each register of a world stands.
    pub layout: Layout,
    /// Where every run begins.
    pub initial: World,
    /// Who takes requests, completes them, and takes over a guest's bios.
    pub(super) disk: Option<u8>,
    pub(super) completion: Option<u8>,
    pub(super) host: Option<u8>,
}
