//! The workers that read what a visitor brings: each fetched when there is something to read, and gone once it is of no use.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Reflect, Uint8Array};
use stable_pages::scenario::to_bytes;
use stable_pages::view::{CaptureMsg, Fate, ReadFile, ReadRequest, ReadText};
use wasm_bindgen::prelude::*;
use web_sys::{Event, File, MessageEvent, Worker};

/// What a reader says.
enum Said {
    /// Bytes, which are an answer.
    Answer(Vec<u8>),
    /// It could not be fetched, or broke down.
    Broken,
}

/// A worker that reads.
struct Reader {
    worker: Worker,
    /// Whether it has said that it is there.
    ready: bool,
    /// What it is to be told once it is there.
    waiting: Vec<JsValue>,
    /// How many of the things it was told it has not answered.
    open: usize,
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl Reader {
    fn tell(&mut self, data: JsValue) {
        self.open += 1;
        match self.ready {
            // Posting to a worker that is there does not fail.
            true => drop(self.worker.post_message(&data)),
            false => self.waiting.push(data),
        }
    }

    fn ask(&mut self, request: &ReadRequest) {
        let bytes = to_bytes(request).unwrap_or_default();
        self.tell(Uint8Array::from(&bytes[..]).into());
    }
}

/// Takes what has been read.
pub trait Takes {
    /// What a pasted text was read as.
    fn take_text(&self, read: ReadText);
    /// What became of a file. Returns what is to be read next.
    fn take_file(&self, read: ReadFile) -> Vec<ReadRequest>;
}

/// What a worker reads.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    /// Pasted texts.
    Text,
    /// The file opened last, until that is done.
    Opening,
    /// The capture that is open.
    Capture,
}

#[derive(Default)]
struct State {
    /// Each with its number.
    all: Vec<(u32, Role, Reader)>,
    count: u32,
    /// The name of the file opened last.
    name: String,
}

impl State {
    fn of(&mut self, role: Role) -> Option<&mut Reader> {
        let found = self.all.iter_mut().find(|it| it.1 == role);
        found.map(|it| &mut it.2)
    }

    fn end(&mut self, role: Role) {
        self.all.retain(|it| it.1 != role);
    }
}

/// The workers that read.
#[derive(Clone)]
pub struct Readers {
    state: Rc<RefCell<State>>,
    takes: Rc<dyn Takes>,
}

impl Readers {
    /// None yet.
    pub fn new(takes: Rc<dyn Takes>) -> Readers {
        Readers {
            state: Rc::default(),
            takes,
        }
    }

    /// Asks for something. A new text does not wait for one that is being read.
    pub fn ask(&self, request: ReadRequest) {
        match request {
            ReadRequest::PastedCapture(text) => {
                let parts = Array::of1(&text.into());
                if let Ok(file) = File::new_with_str_sequence(&parts, "pasted text") {
                    self.open(&file);
                }
            }
            ReadRequest::Capture(CaptureMsg::Cancel, _) => {
                self.state.borrow_mut().end(Role::Opening)
            }
            ReadRequest::Capture(..) | ReadRequest::Catalogue(_) => {
                if let Some(reader) = self.state.borrow_mut().of(Role::Capture) {
                    reader.ask(&request);
                }
            }
            ReadRequest::Text(_) | ReadRequest::Drawing(_) => {
                let mut state = self.state.borrow_mut();
                let busy = state.of(Role::Text).is_some_and(|it| it.open > 0);
                if busy && matches!(request, ReadRequest::Text(_)) {
                    state.end(Role::Text);
                }
                drop(state);
                let there = self.start(Role::Text);
                match self.state.borrow_mut().of(Role::Text) {
                    Some(reader) if there => return reader.ask(&request),
                    _ => {}
                }
                let words = "What is pasted is read by a worker of its own, which cannot be fetched or may not run here.";
                self.takes.take_text(ReadText::failed(words));
            }
        }
    }

    /// Opens a file, instead of one that is still on its way. The capture that is open stays until another one is.
    pub fn open(&self, file: &File) {
        self.state.borrow_mut().end(Role::Opening);
        self.state.borrow_mut().name = file.name();
        let there = self.start(Role::Opening);
        match self.state.borrow_mut().of(Role::Opening) {
            Some(reader) if there => return reader.tell(file.into()),
            _ => {}
        }
        let words =
            "Files are read by a worker of its own, which cannot be fetched or may not run here.";
        self.takes.take_file(ReadFile::refused(&file.name(), words));
    }

    /// Starts a worker for a role, unless there is one; its address stands in this worker's loader. Says whether there is one.
    fn start(&self, role: Role) -> bool {
        let mut state = self.state.borrow_mut();
        if state.of(role).is_some() {
            return true;
        }
        let address = Reflect::get(&js_sys::global(), &"READER".into());
        let address = address.ok().and_then(|it| it.as_string());
        let Some(worker) = address.and_then(|it| Worker::new(&it).ok()) else {
            return false;
        };
        state.count += 1;
        let number = state.count;
        let said = self.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            match event.data().dyn_ref::<Uint8Array>() {
                Some(bytes) => said.said(number, Said::Answer(bytes.to_vec())),
                // Anything else says that it is there.
                None => said.is_there(number),
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        on_message.forget();
        let said = self.clone();
        let on_error = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            // Else it would be an error of this worker, too.
            event.prevent_default();
            said.said(number, Said::Broken);
        });
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        on_error.forget();
        let reader = Reader {
            worker,
            ready: false,
            waiting: Vec::new(),
            open: 0,
        };
        state.all.push((number, role, reader));
        true
    }

    fn is_there(&self, number: u32) {
        let mut state = self.state.borrow_mut();
        if let Some((_, _, reader)) = state.all.iter_mut().find(|it| it.0 == number) {
            reader.ready = true;
            for data in std::mem::take(&mut reader.waiting) {
                // As above.
                let _ = reader.worker.post_message(&data);
            }
        }
    }

    /// Takes what a reader says; one that was ended has nothing to say any more.
    fn said(&self, number: u32, said: Said) {
        const OTHER: &str = "What reads this is of another version than the page; reload the page.";
        const BROKEN: &str = "What reads this could not be fetched, or broke down over it.";
        let mut state = self.state.borrow_mut();
        let Some((_, role, reader)) = state.all.iter_mut().find(|it| it.0 == number) else {
            return;
        };
        let role = *role;
        reader.open = reader.open.saturating_sub(1);
        let answer = match said {
            Said::Answer(bytes) => Ok(bytes),
            Said::Broken => Err(BROKEN),
        };
        if answer.is_err() {
            state.end(role);
        }
        if role == Role::Text {
            drop(state);
            let read = answer.and_then(|it| postcard::from_bytes(&it).map_err(|_| OTHER));
            return self.takes.take_text(read.unwrap_or_else(ReadText::failed));
        }
        let read = answer.and_then(|it| postcard::from_bytes::<ReadFile>(&it).map_err(|_| OTHER));
        let read = read.unwrap_or_else(|why| {
            let refused = ReadFile::refused(&state.name, why);
            match role {
                Role::Capture => ReadFile {
                    fate: Fate::Lost,
                    ..refused
                },
                _ => refused,
            }
        });
        match read.fate {
            Fate::Reading => {}
            Fate::Capture if role == Role::Opening => {
                state.end(Role::Capture);
                if let Some(opened) = state.all.iter_mut().find(|it| it.1 == Role::Opening) {
                    opened.1 = Role::Capture;
                }
            }
            // A diagram of what is in the capture, or the capture looked at otherwise.
            Fate::Capture | Fate::Text(_) if role == Role::Capture => {}
            Fate::Capture | Fate::Text(_) | Fate::Refused | Fate::Lost => state.end(role),
        }
        drop(state);
        for request in self.takes.take_file(read) {
            self.ask(request);
        }
    }
}
