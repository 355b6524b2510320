//! The file that an ordering is written into from nothing.

pub(super) const TEXT: &str = r#"title = "A new ordering"
summary = ""
watch = ""
era = "3.0"
device = "dix+dif"

[file]
inode = 12
first_lba = 56
interval = 512

[[page]]
index = 7
memory = ["0", "1", "2", "3", "4", "5", "6", "7"]
media = ["old "]
dirty = true

[[actor]]
name = "disk"
about = "HBA and target"
run = ["disk"]

[[actor]]
name = "completion"
about = "softirq, CPU0"
run = ["completion"]
"#;
