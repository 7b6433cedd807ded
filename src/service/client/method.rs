//! The HTTP method of a call (contract, section 3).

/// The HTTP method of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// What the service takes.
    Post,
    /// What one table of its reference page says.
    Get,
    /// What a gateway may want.
    Put,
}

impl Method {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Get => "GET",
            Self::Put => "PUT",
        }
    }
}

impl From<&Method> for reqwest::Method {
    fn from(method: &Method) -> Self {
        match method {
            Method::Post => Self::POST,
            Method::Get => Self::GET,
            Method::Put => Self::PUT,
        }
    }
}
