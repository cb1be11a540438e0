package grade

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/grader/grader/runner/sandbox"
)

// The files of a framework that our own launcher (frameworks/) starts. The launcher reads a word
// from the first before it loads any code of the submission, and signs its reports in the second.
const (
	wordFile      = ".once"
	signatureFile = ".signed"
)

// signature is the launcher's statement about the reports, written when it ends.
type signature struct {
	Word    string            `json:"word"`
	Reports map[string]string `json:"reports"` // SHA-256 by path below $REPORTS
	Passed  int               `json:"passed"`  // number of cases that it saw pass
	Changed []string          `json:"changed"` // parts of the framework that were changed while it ran
	Noted   []string          `json:"noted"`   // functions that the submission called and that inspect the framework's process
}

// handOver writes a new word to the file that the launcher reads, and returns the word.
func handOver(reports *sandbox.Scratch) (string, error) {
	word := rand.Text()
	if err := reports.WriteFile(wordFile, []byte(word), 0o600); err != nil {
		return "", fmt.Errorf("hand over report: %w", err)
	}
	return word, nil
}

// readSignature returns the signature if it contains the word.
func readSignature(document []byte, word string) (signature, bool) {
	var s signature
	if err := json.Unmarshal(document, &s); err != nil || s.Word != word {
		return signature{}, false
	}
	return s, true
}

// covers returns the first document that differs from its signature, "" if none does.
func (s signature) covers(documents []document) string {
	for _, d := range documents {
		sum := sha256.Sum256(d.content)
		if s.Reports[d.name] != hex.EncodeToString(sum[:]) {
			return d.name
		}
	}
	return ""
}
