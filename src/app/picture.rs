//! A figure as a PNG: the browser draws the SVG onto a canvas, and encodes that.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::prelude::*;
use leptos::web_sys::{
    Blob, CanvasRenderingContext2d, HtmlAnchorElement, HtmlCanvasElement, HtmlImageElement, Url,
};

/// How many pixels of the PNG, along a side, one pixel of the figure becomes.
const SCALE: u32 = 2;

/// Creates an element that is not in the document.
fn create<T: JsCast>(tag: &str) -> Option<T> {
    document().create_element(tag).ok()?.dyn_into().ok()
}

/// Saves the figure at an address as a PNG of that name.
pub fn save(figure: &str, name: String) {
    let Some(image) = create::<HtmlImageElement>("img") else {
        return;
    };
    let drawn = image.clone();
    let loaded = Closure::once_into_js(move || {
        // Nothing is saved where the browser cannot draw it.
        let _ = draw(&drawn, name);
    });
    image.set_onload(Some(loaded.unchecked_ref()));
    image.set_src(figure);
}

fn draw(image: &HtmlImageElement, name: String) -> Option<()> {
    let canvas: HtmlCanvasElement = create("canvas")?;
    let (width, height) = (
        image.natural_width() * SCALE,
        image.natural_height() * SCALE,
    );
    canvas.set_width(width);
    canvas.set_height(height);
    let context = canvas.get_context("2d").ok()??;
    let context: CanvasRenderingContext2d = context.unchecked_into();
    let (width, height) = (width.into(), height.into());
    context
        .draw_image_with_html_image_element_and_dw_and_dh(image, 0.0, 0.0, width, height)
        .ok()?;
    let save = Closure::once_into_js(move |blob: Blob| {
        let address = Url::create_object_url_with_blob(&blob).ok();
        if let (Some(address), Some(link)) = (address, create::<HtmlAnchorElement>("a")) {
            link.set_href(&address);
            link.set_download(&name);
            link.click();
        }
    });
    canvas.to_blob(save.unchecked_ref()).ok()
}
