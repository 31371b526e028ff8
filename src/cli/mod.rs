//! The command line: one file per subcommand.

pub mod bench_hearing;
pub mod cpu;
pub mod hear;
