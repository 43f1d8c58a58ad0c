//! Types of the generated modules: how they are written, and how many values they have.

use super::Random;

#[derive(Clone, PartialEq, Debug)]
pub enum Ty {
    Bool,
    Int,
    Range(i64, i64),
    Enum(usize),
    Sort(usize),
    Record(usize),
    Option(Box<Ty>),
    Set(Box<Ty>),
    Map(Box<Ty>, Box<Ty>),
    Tuple(Vec<Ty>),
    Seq(u32, Box<Ty>),
    Bag(u32, Box<Ty>),
}

impl Ty {
    pub fn option(of: Ty) -> Self {
        Self::Option(Box::new(of))
    }

    pub fn set(of: Ty) -> Self {
        Self::Set(Box::new(of))
    }

    /// With another type in place of the first sort.
    pub fn with_sort(&self, to: &Ty) -> Ty {
        let part = |t: &Ty| Box::new(t.with_sort(to));
        match self {
            Self::Sort(0) => to.clone(),
            Self::Bool | Self::Int | Self::Range(..) | Self::Enum(_) | Self::Sort(_) | Self::Record(_) => {
                self.clone()
            }
            Self::Option(t) => Self::Option(part(t)),
            Self::Set(t) => Self::Set(part(t)),
            Self::Map(k, v) => Self::Map(part(k), part(v)),
            Self::Tuple(parts) => Self::Tuple(parts.iter().map(|t| t.with_sort(to)).collect()),
            Self::Seq(n, t) => Self::Seq(*n, part(t)),
            Self::Bag(n, t) => Self::Bag(*n, part(t)),
        }
    }

    pub fn is_integer(&self) -> bool {
        matches!(self, Self::Int | Self::Range(..))
    }
}

/// Sorts by size, enumerations by enumerators, records by fields, other names of types.
#[derive(Default)]
pub struct Named {
    /// A constant that can stand in a bound, and its value.
    pub bound: Option<(&'static str, i64)>,
    pub sorts: Vec<u32>,
    pub enums: Vec<Vec<String>>,
    pub records: Vec<Vec<(String, Ty)>>,
    pub aliases: Vec<Ty>,
}

impl Named {
    /// How many values there are.
    pub fn size(&self, ty: &Ty) -> f64 {
        match ty {
            Ty::Bool => 2.0,
            Ty::Int => f64::INFINITY,
            Ty::Range(lo, hi) => (hi - lo + 1) as f64,
            Ty::Enum(e) => self.enums[*e].len() as f64,
            Ty::Sort(s) => f64::from(self.sorts[*s]),
            Ty::Record(r) => self.records[*r].iter().map(|(_, t)| self.size(t)).product(),
            Ty::Option(t) => self.size(t) + 1.0,
            Ty::Set(t) => self.size(t).exp2(),
            Ty::Map(k, v) => self.size(v).powf(self.size(k)),
            Ty::Tuple(parts) => parts.iter().map(|t| self.size(t)).product(),
            Ty::Seq(n, t) => (0..=*n).map(|i| self.size(t).powi(i as i32)).sum(),
            Ty::Bag(n, t) => f64::from(*n + 1).powf(self.size(t)),
        }
    }

    /// The type as it is written, where any type can stand.
    pub fn text(&self, ty: &Ty, random: &mut Random) -> String {
        match ty {
            Ty::Map(k, v) => format!("{} -> {}", self.base(k, random), self.text(v, random)),
            Ty::Set(t) if random.chance(50) && matches!(**t, Ty::Tuple(_)) => {
                let Ty::Tuple(parts) = &**t else {
                    return String::new();
                };
                let parts: Vec<_> = parts.iter().map(|p| self.base(p, random)).collect();
                format!("(relation {})", parts.join(", "))
            }
            _ => self.base(ty, random),
        }
    }

    fn base(&self, ty: &Ty, random: &mut Random) -> String {
        if let Some(i) = self.aliases.iter().position(|t| t == ty)
            && random.chance(60)
        {
            return format!("T{i}");
        }
        match ty {
            Ty::Bool => "bool".to_owned(),
            Ty::Int => "int".to_owned(),
            Ty::Range(lo, hi) => match self.bound {
                Some((name, n)) if *hi == n && random.chance(30) => format!("{lo}..{name}"),
                Some((name, n)) if *hi == n + 1 && random.chance(30) => format!("{lo}..{name} + 1"),
                Some(_) | None => format!("{lo}..{hi}"),
            },
            Ty::Enum(e) => format!("E{e}"),
            Ty::Sort(s) => format!("S{s}"),
            Ty::Record(r) => format!("R{r}"),
            Ty::Option(t) => format!("option {}", self.base(t, random)),
            Ty::Set(t) => format!("set {}", self.base(t, random)),
            Ty::Seq(n, t) => format!("seq[{n}] {}", self.base(t, random)),
            Ty::Bag(n, t) => format!("multiset[{n}] {}", self.base(t, random)),
            Ty::Map(..) => format!("({})", self.text(ty, random)),
            Ty::Tuple(parts) => {
                let parts: Vec<_> = parts.iter().map(|p| self.text(p, random)).collect();
                format!("({})", parts.join(", "))
            }
        }
    }

    /// A finite type with at most so many values.
    pub fn random(&self, random: &mut Random, most: f64, depth: u32) -> Ty {
        for _ in 0..12 {
            let ty = self.shape(random, most, depth);
            if self.size(&ty) <= most {
                return ty;
            }
        }
        Ty::Bool
    }

    /// Likewise, mostly with more than one value.
    pub fn several(&self, random: &mut Random, most: f64, depth: u32) -> Ty {
        for _ in 0..4 {
            let ty = self.random(random, most, depth);
            if self.size(&ty) > 1.0 || random.chance(10) {
                return ty;
            }
        }
        Ty::Bool
    }

    fn shape(&self, random: &mut Random, most: f64, depth: u32) -> Ty {
        let simple = depth == 0 || random.chance(25);
        let part = |random: &mut Random, most: f64| Box::new(self.random(random, most, depth - 1));
        match if simple {
            random.below(5)
        } else {
            5 + random.below(8)
        } {
            0 => Ty::Bool,
            1 => {
                let lo = random.between(-2, 1);
                Ty::Range(lo, lo + random.between(0, 3))
            }
            2 if !self.sorts.is_empty() => Ty::Sort(random.below(self.sorts.len())),
            3 if !self.records.is_empty() => Ty::Record(random.below(self.records.len())),
            2..=4 if !self.enums.is_empty() => Ty::Enum(random.below(self.enums.len())),
            2..=4 => Ty::Bool,
            5 => Ty::Option(part(random, most - 1.0)),
            6 => Ty::Set(part(random, most.log2().floor())),
            7 => Ty::Map(part(random, 4.0), part(random, most.sqrt())),
            8 => Ty::Tuple(vec![*part(random, most.sqrt()), *part(random, most.sqrt())]),
            9 => Ty::Seq(1 + random.below(3) as u32, part(random, most.sqrt())),
            10 => Ty::Bag(1 + random.below(2) as u32, part(random, 4.0)),
            11 => {
                let one = part(random, 3.0);
                let other = if random.chance(70) {
                    one.clone()
                } else {
                    part(random, 3.0)
                };
                Ty::set(Ty::Tuple(vec![*one, *other]))
            }
            _ => Ty::Tuple(vec![
                *part(random, most.cbrt()),
                *part(random, most.cbrt()),
                *part(random, most.cbrt()),
            ]),
        }
    }
}
