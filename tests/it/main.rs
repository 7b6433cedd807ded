//! The program as its users run it: the real binary against the real sandbox, or against a server that answers
//! as a test says.

mod check;
mod commands;
mod dated;
mod disk;
mod encodings;
mod excel;
mod faults;
mod grouping;
mod guards;
mod input;
mod keep;
mod kills;
mod layers;
mod log;
mod merge;
mod network;
mod oauth;
mod outages;
mod pace;
mod results;
mod resume;
mod retries;
mod retry;
mod second_thoughts;
mod settings;
mod signals;
mod support;
mod terminal;
mod tls;
mod undo;
