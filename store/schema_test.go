package store

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

// statementsOf returns every SQL text in the package's sources, by position.
func statementsOf(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	check(t, err)
	texts := make(map[string]string)
	begin := regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\s`)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		file := ok(parser.ParseFile(set, name, nil, 0))(t)
		ast.Inspect(file, func(n ast.Node) bool {
			lit, isLit := n.(*ast.BasicLit)
			if !isLit || lit.Kind != token.STRING {
				return true
			}
			if text := ok(strconv.Unquote(lit.Value))(t); begin.MatchString(text) {
				texts[set.Position(lit.Pos()).String()] = text
			}
			return true
		})
	}
	return texts
}

func TestStatementsMatchTables(t *testing.T) {
	t.Parallel()
	s := open(t)
	texts := statementsOf(t)
	if len(texts) < 60 {
		t.Fatalf("only %d statements were found in the sources", len(texts))
	}
	for where, text := range texts {
		if strings.HasPrefix(where, "migrate_regrades") {
			continue // changes the schema, which only migrations may do
		}
		if _, err := s.writer.prepare(t.Context(), text); err != nil { //nolint:sqlclosecheck // the store closes it
			t.Errorf("%s: %v", where, err)
		}
	}
}

// TestStatementsDoNotScanLongTables checks every statement's plan against the tables that
// grow for years.
func TestStatementsDoNotScanLongTables(t *testing.T) {
	t.Parallel()
	s := open(t)
	long := regexp.MustCompile(`^SCAN (\w+)( USING (COVERING )?INDEX (\w+))?`)
	tables := []string{"submissions", "s", "m", "jobs", "j", "b", "events", "e", "results", "r", "intents", "summaries", "queue_owners", "o", "h", "keys", "tokens", "sessions"}
	partial := []string{"jobs_failed", "summaries_broken", "jobs_active", "jobs_queue", "intents_open"}
	for where, text := range statementsOf(t) {
		if strings.HasPrefix(where, "migrate") {
			continue // runs once
		}
		if strings.HasPrefix(text, "INSERT") {
			continue // the plan includes scans for foreign keys, which run only for deferred ones
		}
		for _, plan := range s.plan(text) {
			m := long.FindStringSubmatch(plan)
			if m != nil && slices.Contains(tables, m[1]) && !slices.Contains(partial, m[4]) {
				t.Errorf("%s: %s", where, plan)
			}
		}
	}
}

// plan returns the steps of a statement's query plan.
func (b *bundle) plan(text string) []string {
	b.t.Helper()
	rows := ok(b.writer.db.Query("EXPLAIN QUERY PLAN "+text, make([]any, 16)...))(b.t)
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var n int
		var step string
		check(b.t, rows.Scan(&n, &n, &n, &step))
		steps = append(steps, step)
	}
	check(b.t, rows.Err())
	return steps
}

// checkOf returns the values that a column's CHECK allows.
func checkOf(t *testing.T, s *bundle, table, column string) []string {
	t.Helper()
	text := ok(one(t.Context(), s.reader, value[string], `SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?`, table))(t)
	m := regexp.MustCompile(`CHECK \(` + column + ` IN \(([^)]*)\)\)`).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("%s.%s has no CHECK", table, column)
	}
	var values []string
	for _, v := range strings.Split(m[1], ", ") {
		values = append(values, strings.Trim(v, "'"))
	}
	slices.Sort(values)
	return values
}

func sorted[T ~string](values ...T) []string {
	var all []string
	for _, v := range values {
		all = append(all, string(v))
	}
	slices.Sort(all)
	return all
}

func states() []schema.State {
	return []schema.State{schema.StateQueued, schema.StateAssigned, schema.StateRunning, schema.StateDone, schema.StateCancelled, schema.StateFailed}
}

func TestChecksMatchSchemaConstants(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, c := range []struct {
		table, column string
		want          []string
	}{
		{"jobs", "state", sorted(states()...)},
		{"jobs", "kind", sorted(schema.JobGrade, schema.JobGate, schema.JobRegrade, schema.JobTry)},
		{"jobs", "lane", sorted(fmt.Sprint(int(schema.LaneInteractive)), fmt.Sprint(int(schema.LaneGate)), fmt.Sprint(int(schema.LaneOvertaken)), fmt.Sprint(int(schema.LaneRegrade)))},
		{"versions", "state", sorted(schema.VersionCandidate, schema.VersionActive, schema.VersionRetired, schema.VersionRejected)},
		{"intents", "state", sorted(schema.IntentOpen, schema.IntentRecorded, schema.IntentVoid)},
		{"enrolments", "role", sorted(schema.RoleStudent, schema.RoleTA, schema.RoleInstructor)},
		{"repositories", "kind", sorted(schema.RepositoryOwn, schema.RepositoryTests, schema.RepositoryCourse, schema.RepositoryStarter)},
		{"tokens", "kind", sorted(tokenCode, tokenLogin)},
	} {
		equal(t, checkOf(t, s, c.table, c.column), c.want)
	}
	equal(t, ok(list(t.Context(), s.reader, value[string], `SELECT state FROM job_counts ORDER BY state`))(t), sorted(states()...))
}

func TestTransitionsAreEnforcedByDatabase(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, from := range states() {
		for _, to := range states() {
			if from == to {
				continue
			}
			id := b.push("alice").Job.ID
			for _, step := range pathTo(from) {
				_, err := b.writer.db.Exec(`UPDATE jobs SET state = ? WHERE id = ?`, step, id)
				check(t, err)
			}
			_, err := b.writer.db.Exec(`UPDATE jobs SET state = ? WHERE id = ?`, to, id)
			if allowed := err == nil; allowed != schema.CanFollow(from, to) {
				t.Errorf("%s → %s: the database says %v, schema.CanFollow %v", from, to, err, schema.CanFollow(from, to))
			}
		}
	}
	b.sameCounts()
}

// pathTo returns the states of a queued job before it reaches that state.
func pathTo(s schema.State) []schema.State {
	switch s {
	case schema.StateQueued:
		return nil
	case schema.StateRunning:
		return []schema.State{schema.StateAssigned, s}
	case schema.StateDone:
		return []schema.State{schema.StateAssigned, schema.StateRunning, s}
	default:
		return []schema.State{s}
	}
}

func TestDiagramShowsStates(t *testing.T) {
	t.Parallel()
	source := string(ok(os.ReadFile("../schema/doc.go"))(t))
	_, diagram, _ := strings.Cut(source, "Transitions:")
	words := regexp.MustCompile(`\b(queued|assigned|running|done|cancelled|failed)\b`).FindAllString(diagram, -1)
	slices.Sort(words)
	equal(t, slices.Compact(words), sorted(states()...))
	line := regexp.MustCompile(`(\w+) ──▶ (\w+) ──▶ (\w+) ──▶ (\w+)`).FindStringSubmatch(diagram)
	if line == nil {
		t.Fatal("the diagram has no first line")
	}
	for i, from := range line[1:4] {
		if to := line[i+2]; !schema.CanFollow(schema.State(from), schema.State(to)) {
			t.Errorf("the diagram shows %s → %s", from, to)
		}
	}
}
