//! What containers may do to Linux, and its limits.

use std::collections::BTreeSet;

use aws_sdk_ecs::error::BuildError;
use aws_sdk_ecs::types as aws;
use pulumi_plugin::{Property, Result};

use super::container::{read_all, set, written_all};
use crate::aws::list::{filled, some};
use crate::aws::number::{count, signed};
use crate::aws::word;

/// The Linux parameters of a container.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct LinuxParameters {
    /// The capabilities that are added to and dropped from Docker's.
    #[prop(default)]
    pub capabilities: KernelCapabilities,
    /// The devices of the host. Not on Fargate.
    #[prop(default)]
    pub devices: BTreeSet<Device>,
    /// Whether an init process runs first, which forwards signals and clears up after ended processes. Default: false.
    #[prop(default)]
    pub init_process_enabled: bool,
    /// The maximum swap in MiB. Not on Fargate.
    pub max_swap: Option<u32>,
    /// The shared memory size in MiB. Not on Fargate.
    pub shared_memory_size: Option<u32>,
    /// The swappiness. Not on Fargate.
    #[prop(max = 100)]
    pub swappiness: Option<u32>,
    /// The tmpfs mounts: file systems in memory.
    #[prop(default)]
    pub tmpfs: BTreeSet<Tmpfs>,
}

/// Kernel capabilities, such as `SYS_PTRACE`.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct KernelCapabilities {
    /// The added ones. On Fargate there is `SYS_PTRACE` only.
    #[prop(default)]
    pub add: BTreeSet<String>,
    /// The dropped ones.
    #[prop(default)]
    pub drop: BTreeSet<String>,
}

/// A device of the host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct Device {
    /// The path on the host.
    pub host_path: String,
    /// The path in the container. Default: the same.
    pub container_path: Option<String>,
    /// The permissions. Default: all three.
    #[prop(default)]
    pub permissions: BTreeSet<DevicePermission>,
}

/// What a container may do with a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum DevicePermission {
    /// Read from it.
    #[prop(rename = "read")]
    Read,
    /// Write to it.
    #[prop(rename = "write")]
    Write,
    /// Make device files.
    #[prop(rename = "mknod")]
    Mknod,
}

/// A file system in memory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct Tmpfs {
    /// The path in the container.
    pub container_path: String,
    /// The size in MiB.
    pub size: u32,
    /// The mount options, such as `noexec`.
    #[prop(default)]
    pub mount_options: BTreeSet<String>,
}

/// A ulimit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct Ulimit {
    /// The name, such as `nofile`.
    pub name: String,
    /// The soft limit.
    pub soft_limit: i32,
    /// The hard limit.
    pub hard_limit: i32,
}

impl LinuxParameters {
    pub(super) fn write(&self) -> Result<Option<aws::LinuxParameters>, BuildError> {
        if *self == LinuxParameters::default() {
            return Ok(None);
        }
        let KernelCapabilities { add, drop } = &self.capabilities;
        let capabilities = aws::KernelCapabilities::builder().set_add(some(add.iter().cloned()));
        let capabilities = capabilities.set_drop(some(drop.iter().cloned())).build();
        let written = aws::LinuxParameters::builder()
            .set_capabilities((self.capabilities != KernelCapabilities::default()).then_some(capabilities))
            .set_devices(written_all(&self.devices, Device::write)?)
            .set_init_process_enabled(self.init_process_enabled.then_some(true))
            .set_max_swap(self.max_swap.map(signed))
            .set_shared_memory_size(self.shared_memory_size.map(signed))
            .set_swappiness(self.swappiness.map(signed))
            .set_tmpfs(written_all(&self.tmpfs, Tmpfs::write)?);
        Ok(Some(written.build()))
    }

    pub(super) fn read(seen: Option<aws::LinuxParameters>) -> Result<LinuxParameters> {
        let Some(seen) = seen else { return Ok(LinuxParameters::default()) };
        let capabilities =
            seen.capabilities.map(|them| KernelCapabilities { add: set(them.add), drop: set(them.drop) });
        Ok(LinuxParameters {
            capabilities: capabilities.unwrap_or_default(),
            devices: read_all(seen.devices, Device::read)?,
            init_process_enabled: seen.init_process_enabled.unwrap_or_default(),
            max_swap: seen.max_swap.map(count),
            shared_memory_size: seen.shared_memory_size.map(count),
            swappiness: seen.swappiness.map(count),
            tmpfs: read_all(seen.tmpfs, |it| Ok(Tmpfs::read(it)))?,
        })
    }
}

impl Device {
    fn write(&self) -> Result<aws::Device, BuildError> {
        let permissions = self.permissions.iter().map(|it| it.as_str().into());
        let written = aws::Device::builder().host_path(&self.host_path).set_permissions(some(permissions));
        written.set_container_path(self.container_path.clone()).build()
    }

    fn read(seen: aws::Device) -> Result<Device> {
        Ok(Device {
            host_path: seen.host_path,
            container_path: filled(seen.container_path),
            permissions: read_all(seen.permissions, word)?,
        })
    }
}

impl Tmpfs {
    fn write(&self) -> Result<aws::Tmpfs, BuildError> {
        let written = aws::Tmpfs::builder().container_path(&self.container_path).size(signed(self.size));
        written.set_mount_options(some(self.mount_options.iter().cloned())).build()
    }

    fn read(seen: aws::Tmpfs) -> Tmpfs {
        Tmpfs { container_path: seen.container_path, size: count(seen.size), mount_options: set(seen.mount_options) }
    }
}

impl Ulimit {
    pub(super) fn write(&self) -> Result<aws::Ulimit, BuildError> {
        let written = aws::Ulimit::builder().name(self.name.as_str().into());
        written.soft_limit(self.soft_limit).hard_limit(self.hard_limit).build()
    }

    pub(super) fn read(seen: aws::Ulimit) -> Result<Ulimit> {
        let name = seen.name.as_str().to_owned();
        Ok(Ulimit { name, soft_limit: seen.soft_limit, hard_limit: seen.hard_limit })
    }
}
