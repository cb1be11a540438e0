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

// maxTagPack is how many bytes of a push of tags alone are looked at: annotated tags
// whose commits are here take a few hundred each.
const maxTagPack = 1 << 20

// isTag picks the tags of a push, which git adds to a push of main where
// push.followTags is set. They are set aside: a push of main must not fail for them.
func isTag(c pktline.Command) bool { return strings.HasPrefix(c.Ref, "refs/tags/") && !c.Deletes() }

// notKept says that the tags beside main are not kept.
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

// pushTags answers a push of tags alone. Where main has their commits, git pushes them
// because it does not find them here: there is nothing new. Else somebody wants to hand
// in by a tag.
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

// mainHasTags reports whether main, of which it returns the commit, has the commit of
// every tag.
func (s *receiver) mainHasTags(ctx context.Context, p *push) (tip string, has bool, err error) {
	tip, err = s.Repos.Head(p.row.ID)
	if err != nil || tip == pktline.Zero {
		return tip, false, err
	}
	targets := repo.TagTargets(io.LimitReader(p.session.channel, maxTagPack))
	for _, tag := range p.tags {
		commit := tag.New
		for range 8 { // tags of tags
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
