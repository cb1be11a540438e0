package classroom

import (
	"context"
	"fmt"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// ReceiptStore is the part of the store that the actions on receipts use.
type ReceiptStore interface {
	// Receipt returns the text of a submission's signed receipt. CodeNotFound: the submission
	// has none.
	Receipt(ctx context.Context, submission int64) (string, error)
	// Receipts returns at most limit receipts of a course in the order of their chain,
	// starting after the receipt of a submission (0: from the first).
	Receipts(ctx context.Context, course, after int64, limit int) ([]schema.StoredReceipt, error)
}

// Receipts implements the actions on the signed receipts of pushes.
type Receipts struct {
	store ReceiptStore
	work  *Work
	key   string
}

// PublicKey returns the key that verifies the receipts of this server, in OpenSSH's form.
// CodeUnavailable: no server runs, or it does not sign receipts.
func (r *Receipts) PublicKey() (string, error) {
	if r.key == "" {
		return "", schema.Errorf(schema.CodeUnavailable, "this server does not sign receipts")
	}
	return r.key, nil
}

// Text returns the receipt of a submission that the actor may see. A name without an owner
// means the actor's own; without a number it means the owner's latest.
func (r *Receipts) Text(ctx context.Context, by schema.Actor, name schema.SubmissionName) (string, error) {
	seen, err := r.work.Submission(ctx, by, name)
	if err != nil {
		return "", err
	}
	text, err := r.store.Receipt(ctx, seen.Submission.ID)
	if schema.CodeOf(err) == schema.CodeNotFound {
		return "", schema.Errorf(schema.CodeNotFound, "%s has no signed receipt: it was received before receipts were signed, or its owner was erased", seen.Submission.Name)
	}
	if err != nil {
		return "", fmt.Errorf("read receipt: %w", err)
	}
	return text, nil
}

// maxReceipts is the maximum number of receipts that one call of List returns.
const maxReceipts = 1000

// ReceiptPage selects one page of a course's receipts.
type ReceiptPage struct {
	Course string
	After  int64 // submission of the last receipt of the previous page; 0: from the first
}

// List returns one page of a course's receipts in the order of their chain. An empty page
// is the end.
func (r *Receipts) List(ctx context.Context, by schema.Actor, p ReceiptPage) ([]schema.StoredReceipt, error) {
	m, err := r.work.Member(ctx, by, p.Course)
	if err != nil {
		return nil, err
	}
	if err := course.MayList(m.Viewer(), m.Course.Code, ""); err != nil {
		return nil, err
	}
	page, err := r.store.Receipts(ctx, m.Course.ID, p.After, maxReceipts)
	if err != nil {
		return nil, fmt.Errorf("list receipts: %w", err)
	}
	return page, nil
}
