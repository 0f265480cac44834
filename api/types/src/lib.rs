//! What the HTTP interface of a Zhengku node says, as JSON
