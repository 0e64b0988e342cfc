//! Aligned columns.

use crate::text::lines;

/// Rows under a header, columns two spaces apart, no trailing spaces.
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut all: Vec<Vec<String>> = vec![header.iter().map(ToString::to_string).collect()];
    all.extend_from_slice(rows);
    let width = |column: usize| {
        all.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
    };
    let widths: Vec<usize> = (0..header.len())
        .map(|column| width(column).unwrap_or(0))
        .collect();
    lines(all.iter().map(|row| {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [
            vec!["dev".into(), "Kind".into()],
            vec!["a-long-name".into(), "Kind".into()],
        ];
        let expected = "NAME         DISTRIBUTION\ndev          Kind\na-long-name  Kind\n";
        assert_eq!(table(&["NAME", "DISTRIBUTION"], &rows), expected);
    }
}
