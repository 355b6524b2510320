//! The TOML of a scenario file, as written.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub title: String,
    pub order: u16,
    pub era: Spanned<String>,
    pub summary: String,
    pub watch: String,
    pub device: Spanned<String>,
    pub schedule: Vec<Spanned<String>>,
    pub page: Spanned<PageTable>,
    pub actor: Vec<Spanned<ActorTable>>,
    #[serde(default)]
    pub edit: Vec<Spanned<EditTable>>,
    pub expect: Spanned<BTreeMap<String, Vec<Spanned<String>>>>,
    pub source: Vec<SourceTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PageTable {
    pub inode: u32,
    pub index: u32,
    pub first_lba: u32,
    pub interval: u16,
    /// One text a sector, repeated to fill it; a single one fills every sector.
    pub memory: Vec<String>,
    pub media: Vec<String>,
    pub dirty: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ActorTable {
    pub name: Spanned<String>,
    pub role: Spanned<String>,
    pub about: String,
    #[serde(default)]
    pub stores: Vec<Spanned<StoreTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoreTable {
    pub offset: u16,
    pub text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EditTable {
    pub drop: Option<String>,
    #[serde(rename = "move")]
    pub moved: Option<String>,
    pub swap: Option<String>,
    pub with: Option<String>,
    pub insert: Option<String>,
    pub before: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceTable {
    pub text: String,
}
