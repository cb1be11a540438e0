package gitd

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/grader/grader/course"
	"github.com/grader/grader/gitd/pktline"
	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// commitAgain is the command that commits a corrected tree after the old one was refused.
const commitAgain = `git commit -m "Correct what was refused"`

// refusedPush is a refusal as an error.
type refusedPush struct {
	refusal
	before []string // lines before it
}

// Error implements error.
func (r refusedPush) Error() string { return r.text }

// Unwrap makes schema.CodeOf see a CodeRefused error.
func (r refusedPush) Unwrap() error { return &schema.Error{Code: schema.CodeRefused, Message: r.text} }

// refusedTree returns the lines that tell the person why the push's tree was refused.
func (p *push) refusedTree(err error) []string {
	var no refusedPush
	if errors.As(err, &no) {
		return append(no.before, no.lines()...)
	}
	flags := []string{}
	var tree *course.Refused
	if errors.As(err, &tree) {
		for _, f := range tree.Findings {
			if f.Code == course.FindingLFS {
				flags = []string{"--no-verify"} // the hook of Git LFS would push to its own server
			}
		}
	}
	return transcript.RefusedTree(err, commitAgain, p.pushHead(flags...))
}

// refusedFiles returns the error of a push whose tree was refused; lines is its message.
// CodeUnavailable: the tree could not be judged.
func refusedFiles(err error, lines []string) error {
	code := schema.CodeRefused
	if is := schema.CodeOf(err); is == schema.CodeInternal || is == schema.CodeUnavailable {
		code = schema.CodeUnavailable
	}
	return schema.Errorf(code, "%s", strings.Join(lines, "\n"))
}

// codesOf returns the codes of the rules that a refused tree broke.
func codesOf(err error) string {
	var no refusedPush
	var tree *course.Refused
	var invalid *assignment.Invalid
	switch {
	case errors.As(err, &no):
		return string(no.code)
	case errors.As(err, &invalid):
		return "assignment"
	case !errors.As(err, &tree):
		return string(schema.CodeOf(err))
	}
	var codes []string
	for _, f := range tree.Findings {
		codes = append(codes, string(f.Code))
	}
	return strings.Join(codes, ",")
}

// refusedTerms returns the refusal of a push at the wrong time or above the limit.
func (p *push) refusedTerms(err error) refusal {
	var no *course.Refused
	switch {
	case !errors.As(err, &no):
	case no.Findings[0].Code == course.FindingConsent:
		return refusal{refusalConsent, "late", schema.MessageOf(err), []string{p.pushHead("-o", "late")}}
	case no.Findings[0].Code == course.FindingTry:
		return refusal{refusalTry, "no tries", schema.MessageOf(err), []string{p.pushRef("HEAD:main")}}
	}
	if schema.CodeOf(err) == schema.CodeRefused {
		return refusal{refusalTerms, "refused", schema.MessageOf(err), nil}
	}
	return unavailableRefusal(err)
}

// These patterns match messages of git 2.36 and later, in English (LC_ALL=C,
// gitd/repo/environment.go).
var (
	fsckWords = regexp.MustCompile(`object ([0-9a-f]{40}): (\w+): ([^\n]*)`)
	// allocWords is the message for an object that needs more memory than GIT_ALLOC_LIMIT
	// (gitd/repo/environment.go). Its group is the number of bytes.
	allocWords = regexp.MustCompile(`attempting to allocate (\d+) over limit`)
)

// sizeWords is git's message for a push that is larger than receive.maxInputSize.
const sizeWords = "pack exceeds maximum allowed size"

// refusedByGit returns why git stored nothing, or nil if a hook has already said why.
func (s *receiver) refusedByGit(p *push, report []byte) *refusal {
	said := p.said.text()
	switch found := fsckWords.FindStringSubmatch(said); {
	case bytes.Contains(report, []byte("shallow update not allowed")):
		no := p.shallow()
		return &no
	case unpacked(report):
		return nil
	case strings.Contains(said, sizeWords):
		return s.refusedForSize(p)
	case allocWords.MatchString(said):
		return s.refusedForObject(p, allocWords.FindStringSubmatch(said)[1])
	case found != nil:
		return &refusal{refusalFsck, "", fmt.Sprintf("git finds object %s malformed (%s: %s). It may be in an earlier commit: rewrite the history to one commit of your files as they are now",
			found[1][:7], found[2], transcript.Truncate(transcript.OneLine(found[3]), 100)), p.rewrite(rebuildIndex())}
	}
	return &refusal{code: refusalUnpack, text: "git could not store what was sent, for the reason above. Push again; if it happens again, tell the course staff"}
}

// refusedByGit returns the error of a push that git did not store: git's message and the refusal.
func (p *push) refusedByGit(no refusal) error {
	return schema.Errorf(schema.CodeRefused, "%s", strings.TrimSpace(strings.TrimSpace(p.said.text())+"\n"+strings.Join(no.lines(), "\n")))
}

// shallow refuses a clone that lacks parents of the student's commits.
func (p *push) shallow(flags ...string) refusal {
	return refusal{refusalShallow, "", "your clone is shallow: it lacks the commits that yours builds on. Fetch them, and push again",
		[]string{"git fetch --unshallow", p.pushHead(flags...)}}
}

// refusedForSize refuses a push that git did not read to its end, so the server does not know its
// contents. The advice removes large files from the index and replaces the history by one commit.
func (s *receiver) refusedForSize(p *push) *refusal {
	return &refusal{refusalPackSize, "", fmt.Sprintf("more than %s would be sent, and at most %s are accepted. A large file that is removed in a later commit is still sent with the earlier commit. "+
		"Leave out the large files, and rewrite the history to one commit", sizeWord(s.Repos.MaxRead()), sizeWord(s.Repos.MaxPack())), p.rewrite([]string{s.removeLarge(p)})}
}

// refusedForObject refuses a push with versions of a file for which git needs size bytes of memory. git
// stores a version that is sent whole without that memory, but must rebuild one that is sent as
// changes to another.
func (s *receiver) refusedForObject(p *push, size string) *refusal {
	bytes, err := strconv.ParseInt(size, 10, 64)
	if err != nil {
		bytes = math.MaxInt64
	}
	return &refusal{refusalObjectSize, "", fmt.Sprintf("your history has several versions of a file of %s, and git can rebuild at most %s here. "+
		"Leave out the large files, and rewrite the history to one commit", sizeWord(bytes), sizeWord(repo.MaxRebuilt)), p.rewrite([]string{s.removeLarge(p)})}
}

// removeLarge returns the command that removes large files from the index.
func (s *receiver) removeLarge(p *push) string {
	largest := s.Repos.MaxPack() / 4
	if p.target.spec != nil {
		largest = min(largest, p.target.spec.MaxSize)
	}
	return fmt.Sprintf("find . -path ./.git -prune -o -type f -size +%dc -exec git rm -q --cached --ignore-unmatch {} +", largest)
}

// rewrite returns commands that run first, then commit the index without parents and push the
// commit. Earlier pushes stay graded, but main no longer contains them.
func (p *push) rewrite(first []string) []string {
	flags := []string{}
	if p.list.Commands[0].Old != pktline.Zero {
		flags = append(flags, "--force")
	}
	return append(first, squashOnto(""), p.pushHead(flags...))
}

// squashOnto returns the command that commits the index on top of base ("" for no parent) and moves
// the branch to the commit. The index and the files do not change.
func squashOnto(base string) string {
	parent := ""
	if base != "" {
		parent = "-p " + base + " "
	}
	return `git reset --soft $(git commit-tree ` + parent + `-m "My work" $(git write-tree))`
}

// rebuildIndex returns commands that rebuild the index from the files, so that no malformed tree
// remains.
func rebuildIndex() []string { return []string{"git rm -r -q --cached .", "git add -A"} }

// sizeWord formats a size in bytes for people.
func sizeWord(bytes int64) string { return fmt.Sprintf("%d MiB", bytes>>20) }
