package view

// Listing is a table whose rows may have a button.
type Listing struct {
	Caption string
	Heads   []string
	Rows    []ListRow
	Empty   string // shown if there are no rows
}

// ListRow is one row of a listing. Its first cell identifies it.
type ListRow struct {
	Cells  []ListCell
	Action *RowAction // nil: the viewer may do nothing with the row
}

// ListCell is one cell.
type ListCell struct {
	Text string
	Path string // target of the link, "" for none
	Time Moment // instead of Text
	Code bool
}

// RowAction is the button of a row.
type RowAction struct {
	Path, Label string
	Says        string // the label and its object, for people who cannot see the row
}

// Acts reports whether any row has a button.
func (l Listing) Acts() bool {
	for _, r := range l.Rows {
		if r.Action != nil {
			return true
		}
	}
	return false
}

// Text returns a cell with a text.
func Text(s string) ListCell { return ListCell{Text: s} }

// When returns a cell with a time.
func When(m Moment) ListCell { return ListCell{Time: m} }

// Link returns a cell with a link.
func Link(text, path string) ListCell { return ListCell{Text: text, Path: path} }

// Form holds the values of a form by field.
type Form map[string]string
