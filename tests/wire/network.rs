//! A network in memory, with the scripted server at its end; connections are cut at a chosen byte.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use hark::mailbox::{Network, Wire};

use crate::server::{Hook, HookFn, World, serve};

/// Bytes that pass before the next cut, over all connections and both directions; then nothing is cut any more.
#[derive(Debug, Default)]
pub struct Line {
    left: AtomicI64,
    pub passed: AtomicU64,
    pub dials: AtomicU64,
}

pub struct MemoryNetwork {
    world: Arc<Mutex<World>>,
    hook: Arc<Mutex<HookFn>>,
    pub line: Arc<Line>,
}

impl std::fmt::Debug for MemoryNetwork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemoryNetwork")
    }
}

impl MemoryNetwork {
    /// `cut_after` bytes; `None` = never.
    pub fn new(
        world: World,
        hook: impl FnMut(&str, &mut World) -> Hook + Send + 'static,
        cut_after: Option<u64>,
    ) -> Arc<MemoryNetwork> {
        let left = AtomicI64::new(cut_after.map_or(i64::MAX, |bytes| i64::try_from(bytes).unwrap()));
        Arc::new(MemoryNetwork {
            world: Arc::new(Mutex::new(world)),
            hook: Arc::new(Mutex::new(Box::new(hook))),
            line: Arc::new(Line { left, ..Line::default() }),
        })
    }

    pub fn world(&self) -> World {
        self.world.lock().unwrap().clone()
    }
}

impl Network for MemoryNetwork {
    fn dial(&self, _host: &str, _port: u16, _patience: Duration) -> io::Result<Box<dyn Wire>> {
        self.line.dials.fetch_add(1, Ordering::SeqCst);
        let (up, down) = (Arc::new(Pipe::default()), Arc::new(Pipe::default()));
        let end = |read: &Arc<Pipe>, write: &Arc<Pipe>| End {
            read: read.clone(),
            write: write.clone(),
            line: self.line.clone(),
            patience: None,
        };
        let (client, server, out) = (end(&down, &up), end(&up, &down), end(&up, &down));
        let (world, hook) = (self.world.clone(), self.hook.clone());
        thread::spawn(move || {
            serve(server, out.share(), &world, &hook);
            // The server hangs up.
            drop(out);
        });
        Ok(Box::new(client))
    }
}

#[derive(Debug, Default)]
struct Pipe {
    state: Mutex<PipeState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct PipeState {
    bytes: VecDeque<u8>,
    closed: bool,
}

impl Pipe {
    fn close(&self) {
        self.state.lock().unwrap().closed = true;
        self.changed.notify_all();
    }
}

/// One end of a connection; closes it when dropped, unless it is shared.
pub struct End {
    read: Arc<Pipe>,
    write: Arc<Pipe>,
    line: Arc<Line>,
    patience: Option<Duration>,
}

/// A second hand on the same end.
pub struct Shared(End);

impl End {
    fn share(&self) -> Shared {
        Shared(End { read: self.read.clone(), write: self.write.clone(), line: self.line.clone(), patience: None })
    }

    fn cut(&self) {
        // What was on the way is lost.
        for pipe in [&self.read, &self.write] {
            pipe.close();
        }
        self.read.state.lock().unwrap().bytes.clear();
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.read.close();
        self.write.close();
    }
}

impl Read for End {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.read.state.lock().unwrap();
        loop {
            if !state.bytes.is_empty() {
                let length = buffer.len().min(state.bytes.len());
                for slot in &mut buffer[..length] {
                    *slot = state.bytes.pop_front().unwrap();
                }
                return Ok(length);
            }
            if state.closed {
                return Ok(0);
            }
            match self.patience {
                None => state = self.read.changed.wait(state).unwrap(),
                Some(patience) => {
                    let (again, timeout) = self.read.changed.wait_timeout(state, patience).unwrap();
                    state = again;
                    if timeout.timed_out() && state.bytes.is_empty() && !state.closed {
                        return Err(io::ErrorKind::TimedOut.into());
                    }
                }
            }
        }
    }
}

impl Write for End {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let many = i64::try_from(buffer.len()).unwrap();
        let before = self.line.left.fetch_sub(many, Ordering::SeqCst);
        let passes = if (0..many).contains(&before) { usize::try_from(before).unwrap() } else { buffer.len() };
        self.line.passed.fetch_add(passes as u64, Ordering::SeqCst);
        let mut state = self.write.state.lock().unwrap();
        if state.closed {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        state.bytes.extend(&buffer[..passes]);
        drop(state);
        self.write.changed.notify_all();
        if passes < buffer.len() {
            // From now on everything passes.
            self.line.left.store(i64::MAX, Ordering::SeqCst);
            self.cut();
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Wire for End {
    fn set_read_timeout(&mut self, time: Duration) -> io::Result<()> {
        self.patience = Some(time);
        Ok(())
    }

    fn set_write_timeout(&mut self, _time: Duration) -> io::Result<()> {
        Ok(())
    }
}

impl Write for Shared {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.0.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
