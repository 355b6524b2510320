//! The page: mounts the app.

mod app;

fn main() {
    // In a release the browser tells where it stopped; what was wrong costs a kilobyte.
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    app::mount();
}
