package receipt

import (
	"crypto/ed25519"
	"fmt"

	"github.com/grader/grader/schema"
)

// Chain is what a set of receipts of one course is.
type Chain struct {
	Course string
	Order  []Signed // from the first to the last
	Whole  bool     // the first begins the course's chain; else it follows one that is not in the set
}

// CheckChain checks that receipts are one chain without a gap and that the key signed
// each. Their order does not matter. CodeRefused names the receipt that does not fit.
func CheckChain(all []Signed, key ed25519.PublicKey) (Chain, error) {
	if len(all) == 0 {
		return Chain{}, schema.Errorf(schema.CodeInvalid, "there is no receipt to check")
	}
	c := Chain{Course: all[0].Submission.Course}
	after := make(map[Hash]Signed, len(all)) // by the receipt before
	known := make(map[Hash]bool, len(all))
	names := make(map[string]bool, len(all))
	for _, r := range all {
		if err := c.fits(r, key); err != nil {
			return c, err
		}
		if names[r.Submission.String()] {
			return c, schema.Errorf(schema.CodeRefused, "two receipts are of %s", r.Submission)
		}
		if other, forked := after[r.Previous]; forked {
			return c, schema.Errorf(schema.CodeRefused, "receipts %s and %s both follow the same one", other.Code, r.Code)
		}
		names[r.Submission.String()], after[r.Previous], known[r.Hash()] = true, r, true
	}
	return c, c.order(all, after, known)
}

func (c *Chain) fits(r Signed, key ed25519.PublicKey) error {
	if r.Submission.Course != c.Course {
		return schema.Errorf(schema.CodeRefused, "receipt %s is of course %s, and others are of %s; check each course apart", r.Code, r.Submission.Course, c.Course)
	}
	return r.Verify(key)
}

// order follows the chain from its first receipt. A receipt whose predecessor is not in
// the set begins a piece; more than one piece is a gap.
func (c *Chain) order(all []Signed, after map[Hash]Signed, known map[Hash]bool) error {
	var first []Signed
	for _, r := range all {
		if !known[r.Previous] {
			first = append(first, r)
		}
	}
	if len(first) != 1 {
		return schema.Errorf(schema.CodeRefused, "the receipts are no single chain: %s", gaps(first))
	}
	c.Whole = first[0].Previous == "" || first[0].Lost
	for r, more := first[0], true; more; r, more = after[r.Hash()] {
		c.Order = append(c.Order, r)
	}
	return nil
}

func gaps(first []Signed) string {
	if len(first) == 0 {
		return "each follows another, in a circle"
	}
	text := "receipts before these are missing:"
	for _, r := range first {
		if r.Previous != "" {
			text += fmt.Sprintf(" %s (%s)", r.Code, r.Submission)
		}
	}
	return text
}
