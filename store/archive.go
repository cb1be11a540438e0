package store

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

func scanArchived(r row) (w schema.ArchivedWork, err error) {
	err = r.Scan(&w.Repository, &w.Commit, &w.Tree, instant{&w.ReceivedAt})
	return w, err
}

// CountedAt returns the submission of each owner that counted for an assignment at a time,
// by owner. It considers the submissions received and the extensions granted by then.
// Results, teams and marks are the current ones.
func (s *GradeTables) CountedAt(ctx context.Context, a schema.Assignment, at time.Time) (all []schema.ArchivedWork, err error) {
	err = s.write(ctx, "read what counted", func(t *tx) error {
		h, err := readHistory(ctx, t, a.Course.ID)
		if err != nil {
			return err
		}
		if err := loadAllWork(ctx, t, &h); err != nil {
			return err
		}
		seats, err := seatsOf(ctx, t, a.Course.ID)
		if err != nil {
			return err
		}
		h.seats = newSeats(seats)
		h.before(at)
		works, bank := s.works(h, at)
		standings, _ := course.Ledger(works, bank)
		members := course.Members(seats)
		for _, standing := range standings {
			if standing.Assignment != a.Name || standing.Number == 0 {
				continue
			}
			of := standing.Owner
			if standing.Of != "" {
				of = standing.Of
			}
			w, err := one(ctx, t, scanArchived, `SELECT repository_id, commit_hash, tree_hash, received_at FROM submissions
				WHERE assignment_id = ? AND owner = ? AND number = ?`, a.ID, of, standing.Number)
			if err != nil {
				return err
			}
			w.Owner, w.Team, w.Number = standing.Owner, standing.Of, standing.Number
			w.Members = members[course.WorkOf{Assignment: a.ID, Owner: standing.Owner}]
			all = append(all, w)
		}
		return nil
	})
	slices.SortFunc(all, func(a, b schema.ArchivedWork) int { return strings.Compare(a.Owner, b.Owner) })
	return all, err
}

// before removes the submissions received and the extensions granted after a time.
func (h *history) before(at time.Time) {
	for w, all := range h.candidates {
		h.candidates[w] = slices.DeleteFunc(all, func(g graded) bool { return g.Received.After(at) })
	}
	for w, all := range h.extensions {
		h.extensions[w] = slices.DeleteFunc(all, func(e granted) bool { return e.at.After(at) })
	}
	maps.DeleteFunc(h.candidates, func(_ work, all []graded) bool { return len(all) == 0 })
}
