package gitd

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/grader/grader/gitd/pktline"
	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

// maxTagPack bounds how many bytes are read of a push of tags alone. An annotated tag whose commit
// is here takes a few hundred bytes.
const maxTagPack = 1 << 20

// isTag reports whether a command pushes a tag. With push.followTags, git adds tags to a push of
// main. The server ignores them, so that the push of main does not fail.
func isTag(c pktline.Command) bool { return strings.HasPrefix(c.Ref, "refs/tags/") && !c.Deletes() }

// notKept tells the person that the tags pushed with main are ignored.
func (p *push) notKept(kind outcomeKind) {
	if len(p.tags) == 0 || kind == outcomeRefused || kind == outcomeRejected {
		return
	}
	what := "the tag " + strings.TrimPrefix(p.tags[0].Ref, "refs/tags/") + " is"
	if len(p.tags) > 1 {
		what = fmt.Sprintf("%d tags are", len(p.tags))
	}
	p.progress(transcript.Wrap("not kept: "+schema.Sanitize(what)+" ignored; only the branch main is graded", transcript.Width))
}

// pushTags answers a push of tags alone. If main has their commits, git pushed the tags only
// because they are not here, and nothing is new. Otherwise the person wants to hand in by a tag,
// which is refused.
func (s *receiver) pushTags(ctx context.Context, p *push) int {
	tip, known, err := s.mainHasTags(ctx, p)
	if err != nil {
		s.logInternal("look at tags", err)
	}
	if !known {
		ref := transcript.Truncate(schema.Sanitize(p.tags[0].Ref), 60)
		return s.refuse(p, refusal{refusalTag, "tags are not kept", "only the branch main is graded, and this is " + ref + ". Push main", []string{p.pushHead()}})
	}
	s.drain(p.session)
	p.report(pktline.Report(nil), outcomeRecorded)
	p.notKept(outcomeRecorded)
	return p.end(s.showTip(ctx, p, tip, p.viewing()))
}

// mainHasTags reports whether main has the commit of every tag. It also returns main's commit.
func (s *receiver) mainHasTags(ctx context.Context, p *push) (tip string, has bool, err error) {
	tip, err = s.Repos.Head(p.row.ID)
	if err != nil || tip == pktline.Zero {
		return tip, false, err
	}
	targets := repo.TagTargets(io.LimitReader(p.session.channel, maxTagPack))
	for _, tag := range p.tags {
		commit := tag.New
		for range 8 { // a tag may point to a tag
			if of, ok := targets[commit]; ok {
				commit = of
			}
		}
		if has, err := s.Repos.Ancestor(ctx, p.row.ID, repo.Quarantine{}, commit, tip); err != nil || !has {
			return tip, false, err
		}
	}
	return tip, true, nil
}
