package view

// Listing is a table of what there is, where each row may be acted on.
type Listing struct {
	Caption string
	Heads   []string
	Rows    []ListRow
	Empty   string // what is said where there are no rows
}

// ListRow is one row of a listing. Its first cell names it.
type ListRow struct {
	Cells  []ListCell
	Action *RowAction // nil: none that the viewer may do
}

// ListCell is one cell.
type ListCell struct {
	Text string
	Path string // what it leads to, "" for nothing
	Time Moment // instead of Text
	Code bool
}

// RowAction is a button of a row.
type RowAction struct {
	Path, Label string
	Says        string // the label with what it is about, for people who do not see the row
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

// Text is a cell of text.
func Text(s string) ListCell { return ListCell{Text: s} }

// When is a cell of a time.
func When(m Moment) ListCell { return ListCell{Time: m} }

// Link is a cell that leads somewhere.
func Link(text, path string) ListCell { return ListCell{Text: text, Path: path} }

// Form is what was filled into a form, by field.
type Form map[string]string
