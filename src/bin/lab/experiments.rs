//! The table of experiments: `lab/experiments.toml`, which says what its keys mean.

use serde::Deserialize;

/// One experiment.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Experiment {
    pub name: String,
    pub about: String,
    pub counts: String,
    #[serde(default = "failed")]
    pub failing: String,
    pub disk: Disk,
    pub file_system: FileSystem,
    pub stable_writes: Option<u8>,
    pub program: String,
    pub sees: Vec<String>,
    #[serde(default)]
    pub short: bool,
    #[serde(default)]
    pub model: Vec<ModelRow>,
}

fn failed() -> String {
    "failed".to_owned()
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Disk {
    Pi,
    Plain,
    Mirror,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileSystem {
    Raw,
    Ext4,
    Ext4Nojournal,
    Ext2,
    Xfs,
    Btrfs,
    BtrfsNodatasum,
}

/// Which ordering of the catalogue models it, in all kernels or in one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelRow {
    pub kernel: Option<String>,
    pub scenario: String,
    #[serde(default)]
    pub unchanged: bool,
    pub why: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    experiment: Vec<Experiment>,
}

/// Reads the table.
///
/// # Errors
/// With line and column, what is wrong.
pub fn experiments(text: &str) -> Result<Vec<Experiment>, String> {
    let table: Table = toml::from_str(text).map_err(|error| error.to_string())?;
    Ok(table.experiment)
}

impl Experiment {
    /// Its line of the guest's plan.
    pub fn plan(&self, seconds: &str) -> String {
        let disk = match self.disk {
            Disk::Pi => "pi",
            Disk::Plain => "plain",
            Disk::Mirror => "mirror",
        };
        let file_system = match self.file_system {
            FileSystem::Raw => "raw",
            FileSystem::Ext4 => "ext4",
            FileSystem::Ext4Nojournal => "ext4-nojournal",
            FileSystem::Ext2 => "ext2",
            FileSystem::Xfs => "xfs",
            FileSystem::Btrfs => "btrfs",
            FileSystem::BtrfsNodatasum => "btrfs-nodatasum",
        };
        let stable = self
            .stable_writes
            .map_or_else(|| "-".to_owned(), |it| it.to_string());
        let Experiment { name, program, .. } = self;
        format!("{name} {disk} {stable} {file_system} {program} {seconds}\n")
    }

    /// What models it in a kernel; none for a control.
    ///
    /// # Errors
    /// Where no row or more than one is for that kernel.
    pub fn model_on(&self, kernel: &str) -> Result<Option<&ModelRow>, String> {
        let of_kernel = |it: &&ModelRow| it.kernel.as_ref().is_none_or(|it| it == kernel);
        let mut rows = self.model.iter().filter(of_kernel);
        match (rows.next(), rows.next()) {
            (None, _) if self.model.is_empty() => Ok(None),
            (Some(row), None) => Ok(Some(row)),
            (None, _) => Err(format!("{}: no model is for Linux {kernel}", self.name)),
            (Some(_), Some(_)) => Err(format!(
                "{}: more than one model is for Linux {kernel}",
                self.name
            )),
        }
    }
}
