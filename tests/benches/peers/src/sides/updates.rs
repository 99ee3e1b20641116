//! A document of a CRDT library on the disk: what it saved, and after that its updates one by one, as their documentation
//! advises. Each update is on the disk before the next.

use benches::Failure;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The file of a document.
pub struct Updates {
    path: PathBuf,
    file: File,
}

impl Updates {
    /// Begins a document with what it saved.
    pub fn begin(folder: &Path, saved: &[u8]) -> Result<Updates, Failure> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join("document");
        File::create(&path)?;
        let mut updates = Updates::open(folder)?;
        updates.append(saved)?;
        Ok(updates)
    }

    /// Opens a document to go on.
    pub fn open(folder: &Path) -> Result<Updates, Failure> {
        let path = folder.join("document");
        let file = OpenOptions::new().append(true).open(&path)?;
        Ok(Updates { path, file })
    }

    /// Puts an update on the disk.
    pub fn append(&mut self, update: &[u8]) -> Result<(), Failure> {
        let mut bytes = (update.len() as u32).to_le_bytes().to_vec();
        bytes.extend_from_slice(update);
        self.file.write_all(&bytes)?;
        self.file.sync_data()?;
        Ok(())
    }

    /// Everything that was put there, in order.
    pub fn read(&self) -> Result<Vec<Vec<u8>>, Failure> {
        let bytes = std::fs::read(&self.path)?;
        let mut rest = bytes.as_slice();
        let mut all = Vec::new();
        while let Some((length, after)) = rest.split_first_chunk::<4>() {
            let length = u32::from_le_bytes(*length) as usize;
            let update = after.get(..length).ok_or("an update is cut")?;
            all.push(update.to_vec());
            rest = &after[length..];
        }
        Ok(all)
    }
}
