//! Licence files through the public API: genuine ones, flipped ones, forged ones, arbitrary bytes.

#[cfg(test)]
mod arbitrary;
#[cfg(test)]
mod flips;
#[cfg(test)]
mod forgeries;
#[cfg(test)]
mod found;
#[cfg(test)]
mod genuine;
#[cfg(test)]
mod workshop;
