//! The fit: logistic regression by Newton's method, a little drawn towards 0.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// How strongly weights are drawn towards 0.
const RIDGE: f64 = 1.0;
/// A command that nobody gave amid other talk weighs as much as this many that were missed.
const FALSE_WEIGHS: f64 = 3.0;
const STEPS: usize = 30;

/// A phrase of the table that was heard.
#[derive(Debug, Clone)]
pub struct Sample {
    /// As in `Signs::numbers`.
    numbers: Vec<f64>,
    /// Whether it was said.
    right: bool,
    /// Heard in other talk or noise, not in a lone word.
    amid_talk: bool,
}

/// Reads the evidence file of `hark bench hearing`: intent that was meant, intent that was heard, the numbers.
pub fn read(path: &Path) -> Result<Vec<Sample>> {
    let text = fs::read_to_string(path).with_context(|| format!("{}: run the step `hear` first", path.display()))?;
    let mut samples = Vec::new();
    for line in text.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let (Some(meant), Some(heard), Some(numbers)) = (columns.get(1), columns.get(6), columns.get(18)) else {
            continue;
        };
        if *heard != "-" && !numbers.is_empty() {
            let numbers: Vec<f64> = numbers.split(' ').map_while(|number| number.parse().ok()).collect();
            let amid_talk = columns.first().is_some_and(|name| !name.starts_with("commands/"));
            samples.push(Sample { numbers, right: meant == heard, amid_talk });
        }
    }
    let width = samples.first().map_or(0, |sample| sample.numbers.len());
    if width == 0 || samples.iter().any(|sample| sample.numbers.len() != width) {
        bail!("{} holds nothing to learn from", path.display());
    }
    Ok(samples)
}

pub fn fit(samples: &[Sample]) -> Vec<f64> {
    let width = samples.first().map_or(0, |sample| sample.numbers.len());
    let mut weights = vec![0.0; width];
    for _ in 0..STEPS {
        let mut slope: Vec<f64> = weights.iter().map(|weight| -RIDGE * weight).collect();
        let mut curve = vec![vec![0.0; width]; width];
        for (row, cells) in curve.iter_mut().enumerate() {
            cells[row] = RIDGE;
        }
        for sample in samples {
            let share = 1.0 / (1.0 + (-dot(&weights, &sample.numbers)).exp());
            let weight = if sample.amid_talk { FALSE_WEIGHS } else { 1.0 };
            let target = if sample.right { 1.0 } else { 0.0 };
            for (row, a) in sample.numbers.iter().enumerate() {
                slope[row] += weight * (target - share) * a;
                for (column, b) in sample.numbers.iter().enumerate() {
                    curve[row][column] += weight * share * (1.0 - share) * a * b;
                }
            }
        }
        for (weight, step) in weights.iter_mut().zip(solved(curve, slope)) {
            *weight += step;
        }
    }
    weights
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Solves `matrix * x = right` (symmetric, positive definite) by Gauss's elimination.
fn solved(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for pivot in 0..size {
        let (head, tail) = matrix.split_at_mut(pivot + 1);
        let row = &head[pivot];
        let (rights, below) = right.split_at_mut(pivot + 1);
        for (other, value) in tail.iter_mut().zip(below) {
            let share = other[pivot] / row[pivot];
            for (cell, above) in other.iter_mut().zip(row) {
                *cell -= share * above;
            }
            *value -= share * rights[pivot];
        }
    }
    for pivot in (0..size).rev() {
        let known: f64 = (pivot + 1..size).map(|column| matrix[pivot][column] * right[column]).sum();
        right[pivot] = (right[pivot] - known) / matrix[pivot][pivot];
    }
    right
}

/// How many of both kinds pass which threshold.
pub fn table(title: &str, samples: &[Sample], weights: &[f64]) -> String {
    let (rights, wrongs): (Vec<&Sample>, Vec<&Sample>) = samples.iter().partition(|sample| sample.right);
    let mut out = format!(
        "{title}: {} said, {} not said\n| log-odds | said % | not said % |\n|---|---|---|\n",
        rights.len(),
        wrongs.len()
    );
    for threshold in [-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0] {
        let passes = |list: &[&Sample]| {
            let passed = list.iter().filter(|sample| dot(weights, &sample.numbers) >= threshold).count();
            100.0 * passed as f64 / list.len().max(1) as f64
        };
        let _ = writeln!(out, "| {threshold} | {:.1} | {:.1} |", passes(&rights), passes(&wrongs));
    }
    out
}

pub fn toml(weights: &[f64]) -> String {
    let numbers: Vec<String> = weights.iter().map(|weight| format!("{weight:.4}")).collect();
    format!(
        "# Made by `cargo xtask train-hearing`; hearing-score.md says from what. The order is that of `Signs::numbers`.\nweights = [{}]\n",
        numbers.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_decides_gets_the_weight_and_what_does_not_gets_none() {
        let sample =
            |sign: f64, noise: f64, right: bool| Sample { numbers: vec![1.0, sign, noise], right, amid_talk: false };
        let samples: Vec<Sample> = (0..200)
            .map(|n| {
                let right = n % 2 == 0;
                let flipped = n % 10 == 0;
                sample(if right == flipped { -1.0 } else { 1.0 }, if n % 4 < 2 { 1.0 } else { -1.0 }, right)
            })
            .collect();
        let weights = fit(&samples);
        assert!(weights[1] > 0.5 && weights[2].abs() < 0.3, "{weights:?}");
        assert!(table("t", &samples, &weights).contains("100 said, 100 not said"));
    }
}
