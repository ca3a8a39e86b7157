//! One run of the engine: a `pulumi` child in its own process group, its events, and its end.

use std::fs::File;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::Ordering;

use rustix::process::Signal;
use tokio::process::{Child, Command};
use tokio_util::sync::CancellationToken;

use super::event::EngineEvent;
use super::progress::plain;
use super::pulumi::Pulumi;
use super::server::EventServer;
use super::update_plan::PlanFile;
use super::{crash, orphans};
use crate::failure::{Failure, Result};
use crate::process::Process;

/// What the engine is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Preview,
    Up,
    PreviewDestroy,
    Destroy,
    /// Compares the state with what stands, and changes neither.
    Refresh,
    /// A preview that goes by what stands, not by what the state says of it.
    PreviewRefresh,
    UpRefresh,
}

impl Phase {
    /// Whether the engine asks policy packs. They judge what a program makes, and none runs in a destroy.
    fn is_judged(self) -> bool {
        matches!(self, Phase::Preview | Phase::Up | Phase::PreviewRefresh | Phase::UpRefresh)
    }
}

/// A policy pack on the disk, with what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyPack {
    pub folder: PathBuf,
    /// The file of its configuration, if it has one.
    pub config: Option<PathBuf>,
}

/// A running engine.
pub struct Engine {
    child: Child,
    server: EventServer,
    output: PathBuf,
    /// The run that it works for.
    run: Option<String>,
    pub process: Process,
}

/// What there is to tell while an engine runs.
#[derive(Debug)]
pub enum EngineSignal {
    Event(Box<EngineEvent>),
    /// It was asked to stop.
    Interrupted,
}

/// How an engine ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ending {
    pub success: bool,
    pub cancelled: bool,
    /// A signal ended it: the system, for its memory, or whoever wanted it gone.
    pub killed: bool,
    /// Whether it began to tell what it does.
    pub heard: bool,
    /// The end of what it complained of, for failures before the first event.
    pub complaint: String,
    /// The run that it worked for.
    pub run: Option<String>,
}

impl Pulumi {
    /// Starts the engine on a stack. Only a preview has an update plan. What it prints goes to a file, so that it outlives gitinfra without a broken pipe.
    pub async fn start(
        &self,
        phase: Phase,
        folder: &Path,
        stack: &str,
        message: &str,
        output: &Path,
        plan: Option<&PlanFile>,
    ) -> Result<Engine> {
        let server = EventServer::start().await?;
        let mut command = self.command(folder);
        arguments(&mut command, phase, stack, message);
        if matches!(phase, Phase::PreviewDestroy | Phase::Refresh) {
            // What confirms everything contradicts what is only shown.
            command.env_remove("PULUMI_SKIP_CONFIRMATIONS");
        }
        if phase.is_judged() {
            judges(&mut command, &self.packs);
        }
        command.arg("--event-log").arg(format!("tcp://{}", server.address));
        if let Some(plan) = plan {
            command.arg("--show-secrets").arg("--save-plan").arg(&plan.place);
        }
        // Events tell everything that stdout would; stderr is for failures before the first of them.
        let failed = |error: std::io::Error| Failure::setup(format!("writing {}: {error}", output.display()));
        command.stdout(Stdio::null()).stderr(File::create(output).map_err(failed)?);
        // A terminal sends Ctrl-C to its whole foreground group; the engine gets exactly one, from us.
        command.process_group(0);
        let child =
            command.spawn().map_err(|error| Failure::setup(format!("starting {}: {error}", self.program.display())))?;
        let process = Process::of(child.id().unwrap_or_default());
        Ok(Engine {
            child,
            server,
            output: output.to_owned(),
            run: self.environment.get(orphans::RUN).cloned(),
            process,
        })
    }
}

fn arguments(command: &mut Command, phase: Phase, stack: &str, message: &str) {
    match phase {
        // Unchanged resources count as well, so that the next run knows how many there are.
        Phase::Preview => command.args(["preview"]),
        Phase::Up => command.args(["up", "--yes", "--skip-preview"]),
        Phase::PreviewDestroy => command.args(["destroy", "--preview-only"]),
        Phase::Refresh => command.args(["refresh", "--preview-only"]),
        Phase::PreviewRefresh => command.args(["preview", "--refresh"]),
        Phase::UpRefresh => command.args(["up", "--yes", "--skip-preview", "--refresh"]),
        Phase::Destroy => command.args(["destroy", "--yes", "--skip-preview"]),
    };
    command.args(["--stack", stack, "--non-interactive", "--color", "never", "--suppress-progress"]);
    if !message.is_empty() {
        command.args(["--message", message]);
    }
}

/// Has the engine ask policy packs. It wants a configuration for each or for none, and a list of its own has an empty entry in quotes.
fn judges(command: &mut Command, packs: &[PolicyPack]) {
    let is_configured = packs.iter().any(|pack| pack.config.is_some());
    for pack in packs {
        command.arg("--policy-pack").arg(&pack.folder);
        if is_configured {
            let config = pack.config.as_deref().unwrap_or(Path::new("\"\""));
            command.arg("--policy-pack-config").arg(config);
        }
    }
}

impl Engine {
    /// Follows the engine to its end. On cancellation it gets one SIGINT, after which it finishes what is under way.
    pub async fn follow(mut self, cancel: &CancellationToken, mut take: impl FnMut(EngineSignal)) -> Result<Ending> {
        let mut interrupted = false;
        let status = loop {
            tokio::select! {
                Some(event) = self.server.events.recv() => take(EngineSignal::Event(Box::new(event))),
                status = self.child.wait() => break status,
                () = cancel.cancelled(), if !interrupted => {
                    interrupted = true;
                    self.process.signal(Signal::INT);
                    take(EngineSignal::Interrupted);
                }
            }
        };
        let status = status.map_err(|error| Failure::bug(format!("waiting for the engine: {error}")))?;
        if let (Some(_), Some(run)) = (status.signal(), &self.run) {
            orphans::end(run).await;
        }
        // The engine ends only after its stream was acknowledged, so what it sent has arrived.
        while let Ok(event) = self.server.events.try_recv() {
            take(EngineSignal::Event(Box::new(event)));
        }
        Ok(Ending {
            success: status.success(),
            cancelled: interrupted && !status.success(),
            killed: status.signal().is_some(),
            heard: self.server.heard.load(Ordering::Relaxed),
            complaint: match tail(&self.output) {
                // Nobody says goodbye when the system kills it, for example for its memory.
                silent if silent.is_empty() => {
                    format!("the engine said nothing and ended with {status}")
                }
                complaint => complaint,
            },
            run: self.run,
        })
    }
}

/// The last lines of what the engine printed, without the word that every failure begins with; of a crash all from its head on.
fn tail(output: &Path) -> String {
    const MOST: usize = 40;
    let text = std::fs::read(output).unwrap_or_default();
    let text = plain(&String::from_utf8_lossy(&text));
    if let Some(crash) = crash::told(&text) {
        return crash;
    }
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let lines = &lines[lines.len().saturating_sub(MOST)..];
    lines.join("\n").trim_start_matches("error: ").to_owned()
}
