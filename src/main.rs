//! The page: mounts the app.

mod app;

fn main() {
    console_error_panic_hook::set_once();
    app::mount();
}
