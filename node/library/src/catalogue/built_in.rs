//! The catalogue that comes with the program: data files, read when they are asked for.

use super::file::{CatalogueMaterial, CatalogueType, parse_materials, parse_type};
use super::{CatalogueError, diff};
use zhengku_ledger::codec::Text;
use zhengku_ledger::entry::{LicenceType, MaterialSource, MaterialType};
use zhengku_ledger::ids::{LicenceTypeNumber, MaterialTypeNumber, OrganisationNumber};
use zhengku_ledger::state::Directory;

/// The types in the order in which a new ledger numbers them: those of the built-in register mappings first, in the order of the mappings.
const TYPES: [&str; 27] = [
    include_str!("../../catalogue/food_operation.toml"),
    include_str!("../../catalogue/residence_permit.toml"),
    include_str!("../../catalogue/birth_certificate.toml"),
    include_str!("../../catalogue/marriage_certificate.toml"),
    include_str!("../../catalogue/identity_card.toml"),
    include_str!("../../catalogue/household_register.toml"),
    include_str!("../../catalogue/passport.toml"),
    include_str!("../../catalogue/driving_licence.toml"),
    include_str!("../../catalogue/vehicle_licence.toml"),
    include_str!("../../catalogue/maternity_certificate.toml"),
    include_str!("../../catalogue/social_security_card.toml"),
    include_str!("../../catalogue/health_insurance.toml"),
    include_str!("../../catalogue/treatment_record.toml"),
    include_str!("../../catalogue/disability_card.toml"),
    include_str!("../../catalogue/business_licence.toml"),
    include_str!("../../catalogue/real_estate_title.toml"),
    include_str!("../../catalogue/real_estate_proof.toml"),
    include_str!("../../catalogue/constructor_certificate.toml"),
    include_str!("../../catalogue/safety_certificate.toml"),
    include_str!("../../catalogue/special_work_certificate.toml"),
    include_str!("../../catalogue/construction_permit.toml"),
    include_str!("../../catalogue/contractor_grade.toml"),
    include_str!("../../catalogue/road_transport_permit.toml"),
    include_str!("../../catalogue/road_vehicle_certificate.toml"),
    include_str!("../../catalogue/driver_qualification.toml"),
    include_str!("../../catalogue/water_transport_permit.toml"),
    include_str!("../../catalogue/tax_certificate.toml"),
];

const MATERIALS: &str = include_str!("../../catalogue/materials.toml");

/// Licence types and material types before they stand on a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue {
    /// The licence types.
    pub types: Vec<CatalogueType>,
    /// The material types.
    pub materials: Vec<CatalogueMaterial>,
}

/// The catalogue that comes with the program.
///
/// # Errors
/// [`CatalogueError`] never for the files of a tested program; it is passed on rather than hidden.
pub fn load() -> Result<Catalogue, CatalogueError> {
    let types = TYPES.iter().map(|text| parse_type(text)).collect::<Result<_, _>>()?;
    Ok(Catalogue { types, materials: parse_materials(MATERIALS)? })
}

impl Catalogue {
    /// The type with a code.
    #[must_use]
    pub fn find(&self, code: &str) -> Option<&CatalogueType> {
        self.types.iter().find(|one| one.licence_type.code.as_str() == code)
    }

    /// What to define so that a ledger has these licence types: those that it lacks under the next free numbers, and those that differ
    /// under their own. Types of other definers are left out.
    #[must_use]
    pub fn publication(&self, directory: &Directory, definer: OrganisationNumber) -> Vec<LicenceType> {
        let mut next = directory.next_licence_type();
        let mut types = Vec::new();
        for one in &self.types {
            let wanted = &one.licence_type;
            match directory.licence_types().find(|known| known.code == wanted.code) {
                Some(known) if known.definer != definer || diff(known, wanted).is_empty() => {}
                Some(known) => types.push(LicenceType { number: known.number, definer, ..wanted.clone() }),
                None => {
                    types.push(LicenceType { number: next, definer, ..wanted.clone() });
                    next = LicenceTypeNumber(next.0.saturating_add(1));
                }
            }
        }
        types
    }

    /// The same for material types. Their sources must be on the ledger: publish the licence types first.
    ///
    /// # Errors
    /// [`CatalogueError`] when a text is too long or a source is no type of the ledger.
    pub fn materials(
        &self,
        directory: &Directory,
        definer: OrganisationNumber,
    ) -> Result<Vec<MaterialType>, CatalogueError> {
        let mut next = directory.next_material_type();
        let mut materials = Vec::new();
        for one in &self.materials {
            let known = directory.material_types().find(|known| known.code.as_str() == one.code);
            let wanted = MaterialType {
                number: known.map_or(next, |known| known.number),
                code: Text::new(one.code.as_str())?,
                name_zh: Text::new(one.name_zh.as_str())?,
                name_en: Text::new(one.name_en.as_str())?,
                definer,
                kind: one.kind,
                source: source(directory, one)?,
            };
            match known {
                Some(known) if known.definer != definer || *known == wanted => {}
                Some(_) => materials.push(wanted),
                None => {
                    next = MaterialTypeNumber(next.0.saturating_add(1));
                    materials.push(wanted);
                }
            }
        }
        Ok(materials)
    }
}

fn source(directory: &Directory, one: &CatalogueMaterial) -> Result<MaterialSource, CatalogueError> {
    let Some(code) = &one.licence_type else { return Ok(MaterialSource::Applicant) };
    let found = directory.licence_types().find(|known| known.code.as_str() == code);
    let unknown = || CatalogueError::Unknown { what: "licence type", value: code.clone() };
    Ok(MaterialSource::Licence(found.ok_or_else(unknown)?.number))
}
