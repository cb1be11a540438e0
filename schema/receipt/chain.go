package receipt

import (
	"crypto/ed25519"
	"fmt"
	"strings"

	"github.com/grader/grader/schema"
)

// Chain is an unbroken sequence of receipts of one course.
type Chain struct {
	Course string
	Order  []Signed // from the first to the last
	// Whole reports whether the first receipt begins the chain. Otherwise it follows a
	// receipt that is not in the set.
	Whole bool
}

// Last returns the newest receipt of the chain.
func (c Chain) Last() Signed { return c.Order[len(c.Order)-1] }

// CheckChains checks that one of the keys signed each receipt, that all receipts are of one course,
// and that they form chains without a gap. It returns the chains. There are several if the server
// lost its key or was restored from a backup, because its next receipt then began a new chain. The
// order of the receipts does not matter. CodeRefused names the receipt that does not fit;
// CodeInvalid: no receipts.
func CheckChains(all []Signed, keys ...ed25519.PublicKey) ([]Chain, error) {
	if len(all) == 0 {
		return nil, schema.Errorf(schema.CodeInvalid, "no receipts were given")
	}
	s := set{course: all[0].Submission.Course, next: make(map[Hash]Signed, len(all)), known: make(map[Hash]bool, len(all))}
	for _, r := range all {
		if err := s.add(r, keys); err != nil {
			return nil, err
		}
	}
	return s.chains(all)
}

// set indexes receipts by their predecessors.
type set struct {
	course string
	next   map[Hash]Signed // successor of a receipt in the same chain
	known  map[Hash]bool
}

func (s *set) add(r Signed, keys []ed25519.PublicKey) error {
	if r.Submission.Course != s.course {
		return schema.Errorf(schema.CodeRefused, "receipt %s is of course %s, and others are of %s; check each course separately", r.Code, r.Submission.Course, s.course)
	}
	if err := VerifyAny(r, keys); err != nil {
		return err
	}
	if s.known[r.Hash()] {
		return schema.Errorf(schema.CodeRefused, "receipt %s (%s) was given twice", r.Code, r.Submission)
	}
	s.known[r.Hash()] = true
	if r.first() {
		return nil
	}
	if other, forked := s.next[r.Previous]; forked {
		return schema.Errorf(schema.CodeRefused, "receipts %s and %s both follow the same receipt", other.Code, r.Code)
	}
	s.next[r.Previous] = r
	return nil
}

// chains follows each chain from its beginning. At most one chain may lack its beginning.
func (s *set) chains(all []Signed) ([]Chain, error) {
	var chains []Chain
	var cut []Signed // receipts whose predecessor is not in the set
	for _, r := range all {
		if !r.first() && s.known[r.Previous] {
			continue
		}
		if !r.first() {
			cut = append(cut, r)
		}
		chain, err := s.follow(r)
		if err != nil {
			return nil, err
		}
		chains = append(chains, chain)
	}
	begun := len(chains) - len(cut)
	if len(cut) > 1 || len(cut) == 1 && begun > 0 && !s.olderLost(chains) {
		return nil, schema.Errorf(schema.CodeRefused, "receipts are missing before %s", list(cut))
	}
	return chains, nil
}

// olderLost reports whether every chain that has its beginning follows a loss. The chain without a
// beginning may then be the oldest.
func (s *set) olderLost(chains []Chain) bool {
	for _, c := range chains {
		if c.Whole && !c.Order[0].Lost {
			return false
		}
	}
	return true
}

// follow returns the chain that begins with a receipt.
func (s *set) follow(first Signed) (Chain, error) {
	c := Chain{Course: s.course, Whole: first.first()}
	names := make(map[string]bool)
	for r, more := first, true; more; r, more = s.next[r.Hash()] {
		if names[r.Submission.String()] {
			return c, schema.Errorf(schema.CodeRefused, "two receipts are of %s", r.Submission)
		}
		names[r.Submission.String()] = true
		c.Order = append(c.Order, r)
	}
	return c, nil
}

func list(receipts []Signed) string {
	var words []string
	for _, r := range receipts {
		words = append(words, fmt.Sprintf("%s (%s)", r.Code, r.Submission))
	}
	return strings.Join(words, ", ")
}
