//! Rectangles and points, in pixels of the picture. Everything that lines may touch lies on a grid.

/// Lines and the edges of boxes lie on multiples of this.
pub const GRID: i32 = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Point {
    pub x: i32,
    pub y: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rect {
    pub x: i32,
    pub y: i32,
    pub w: i32,
    pub h: i32,
}

pub fn rect(x: i32, y: i32, w: i32, h: i32) -> Rect {
    Rect { x, y, w, h }
}

impl Rect {
    pub fn right(&self) -> i32 {
        self.x + self.w
    }

    pub fn bottom(&self) -> i32 {
        self.y + self.h
    }

    pub fn middle(&self) -> Point {
        Point { x: self.x + self.w / 2, y: self.y + self.h / 2 }
    }

    pub fn moved(&self, x: i32, y: i32) -> Rect {
        rect(self.x + x, self.y + y, self.w, self.h)
    }

    pub fn grown(&self, by: i32) -> Rect {
        rect(self.x - by, self.y - by, self.w + 2 * by, self.h + 2 * by)
    }

    /// Whether they share more than an edge.
    pub fn meets(&self, other: &Rect) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }
}

/// The next multiple of the grid.
pub fn snapped(length: i32) -> i32 {
    (length + GRID - 1).div_euclid(GRID) * GRID
}

/// Pixels of a measured text, rounded up.
pub fn pixels(width: f32) -> i32 {
    // A cast saturates, and texts are not that wide.
    width.ceil() as i32
}
