//! The program as its users run it: the real binary against the real sandbox, or against a server that answers
//! as a test says.

mod canary;
mod check;
mod commands;
mod disk;
mod encodings;
mod faults;
mod fix;
mod grouping;
mod guards;
mod help;
mod input;
mod kills;
mod layers;
mod log;
mod merge;
mod misheard;
mod network;
mod oauth;
mod organisation;
mod outages;
mod pace;
mod rejects;
mod results;
mod resume;
mod retries;
mod retry;
mod second_thoughts;
mod settings;
mod shell;
mod signals;
mod support;
mod terminal;
mod tls;
mod undo;
