package backup_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/internal/backup"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/receipt"
	"github.com/grader/grader/store"
)

// server is the data directory of a server with one course.
type server struct {
	t      *testing.T
	data   string
	store  *store.Store
	course schema.Course
	a1     schema.Assignment
	users  map[string]schema.User
	key    ed25519.PrivateKey
	pushes int
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{t: t, data: t.TempDir(), users: map[string]schema.User{}, key: ed25519.NewKeyFromSeed(make([]byte, 32))}
	var err error
	s.store, err = store.Open(t.Context(), filepath.Join(s.data, "grader.db"), store.Options{ReceiptKey: s.key})
	check(t, err)
	t.Cleanup(func() { check(t, s.store.Close()) })
	s.course, err = s.store.AddCourse(t.Context(), schema.Operator(), schema.Course{Code: "comp1", Title: "T", Zone: "UTC", Flavour: "standard"})
	check(t, err)
	for _, login := range []string{"ida", "alice", "bob"} {
		s.users[login], err = s.store.AddUser(t.Context(), schema.Operator(), schema.User{Login: login})
		check(t, err)
	}
	check(t, os.WriteFile(filepath.Join(s.data, "host_key"), []byte("secret\n"), 0o600))
	a, err := s.store.EnsureAssignment(t.Context(), s.course.ID, "a1", time.Now())
	check(t, err)
	in := s.receive(a, schema.RepositoryTests, "ida")
	v, _, err := s.store.RecordCandidate(t.Context(), schema.Push{Intent: in, Tree: s.pin(in), Flavour: "standard"}, []byte("title: A1\ntests:\n  - {name: t, run: ./t}\n"))
	check(t, err)
	j, err := s.store.Claim(t.Context(), "runner", "standard", time.Now(), time.Hour)
	check(t, err)
	_, err = s.store.Finish(t.Context(), j.ID, j.Attempt, schema.Result{Outcome: schema.OutcomeGraded, Gate: &schema.GateResult{Passed: true}}, time.Now())
	check(t, err)
	s.a1, err = s.store.Assignment(t.Context(), "comp1", "a1")
	check(t, err)
	if s.a1.Active == nil || s.a1.Active.ID != v.ID {
		t.Fatal("the tests are not active")
	}
	return s
}

func (s *server) archive() repo.Archive {
	return repo.Archive{Dir: filepath.Join(s.data, "repositories")}
}

func directory(data string, id int64) string {
	return filepath.Join(data, "repositories", fmt.Sprintf("%x", id/256), fmt.Sprintf("%d.git", id))
}

func (s *server) git(dir string, args ...string) string {
	s.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@x", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@x")
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// receive opens an intent and moves main of a person's repository to a new commit.
func (s *server) receive(a schema.Assignment, kind schema.RepositoryKind, login string) schema.Intent {
	s.t.Helper()
	row := schema.Repository{Kind: kind, CourseID: s.course.ID, AssignmentID: a.ID}
	if kind == schema.RepositoryOwn {
		row.Owner = login
	}
	row, err := s.store.EnsureRepository(s.t.Context(), row)
	check(s.t, err)
	_, err = s.archive().Place(fmt.Sprintf("%x/%d.git/HEAD", row.ID/256, row.ID))
	check(s.t, err)
	dir := directory(s.data, row.ID)
	s.pushes++
	blob := filepath.Join(s.t.TempDir(), "file")
	check(s.t, os.WriteFile(blob, fmt.Appendf(nil, "push %d\n", s.pushes), 0o600))
	hash := s.git(dir, "hash-object", "-w", blob)
	s.git(dir, "read-tree", "--empty")
	s.git(dir, "update-index", "--add", "--cacheinfo", "100644,"+hash+",file")
	commit := s.git(dir, "commit-tree", "-m", "work", s.git(dir, "write-tree"))
	check(s.t, os.Remove(filepath.Join(dir, "index")))
	in := schema.Intent{ID: fmt.Sprintf("%032x", s.pushes), RepositoryID: row.ID, PusherID: s.users[login].ID, Ref: "refs/heads/main",
		Old: strings.Repeat("0", 40), New: commit, ReceivedAt: time.Now(), State: schema.IntentOpen}
	check(s.t, s.store.OpenIntent(s.t.Context(), in))
	s.git(dir, "update-ref", "refs/heads/main", commit)
	return in
}

// pin pins a received commit, and returns its tree.
func (s *server) pin(in schema.Intent) string {
	s.t.Helper()
	dir := directory(s.data, in.RepositoryID)
	s.git(dir, "update-ref", "refs/submissions/"+in.ID, in.New)
	return s.git(dir, "rev-parse", in.New+"^{tree}")
}

func (s *server) push(login string) schema.GradedSubmission {
	s.t.Helper()
	in := s.receive(s.a1, schema.RepositoryOwn, login)
	sub, err := s.store.RecordSubmission(s.t.Context(), schema.Push{Intent: in, Tree: s.pin(in), VersionID: s.a1.Active.ID, Flavour: "standard"})
	check(s.t, err)
	return sub
}

// backup writes a backup, and calls meanwhile after the copy of the database.
func (s *server) backup(meanwhile func()) []byte {
	s.t.Helper()
	marks, err := s.store.Marks(s.t.Context())
	check(s.t, err)
	copied := filepath.Join(s.t.TempDir(), "copy.db")
	madeAt := time.Now().UTC()
	check(s.t, s.store.Backup(s.t.Context(), copied))
	if meanwhile != nil {
		meanwhile()
	}
	var out bytes.Buffer
	check(s.t, backup.Write(s.t.Context(), &out, backup.Source{
		Data: s.data, Keys: keys(), Version: "v0", Database: copied, MadeAt: madeAt,
		Late: func(ctx context.Context) ([]schema.RecordedPush, error) { return s.store.RecordedSince(ctx, marks) },
	}))
	return out.Bytes()
}

func keys() []string { return []string{"host_key", "receipt_key"} }

func restore(t *testing.T, tarred []byte, dir string) (backup.Report, error) {
	t.Helper()
	return backup.Restore(t.Context(), bytes.NewReader(tarred), dir, keys(), nil, nil)
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestRestoreOfABackup(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	subs := []schema.GradedSubmission{s.push("alice"), s.push("bob"), s.push("alice")}
	check(t, os.WriteFile(filepath.Join(directory(s.data, subs[0].Repository), "objects/pack/tmp_pack_x"), []byte("left by a killed git"), 0o600))
	tarred := s.backup(nil)
	dir := filepath.Join(t.TempDir(), "new")
	report, err := restore(t, tarred, dir)
	check(t, err)
	if report.Pushes != 4 || report.Repositories != 3 || len(report.Found)+len(report.Open)+len(report.Missing) > 0 {
		t.Errorf("%+v", report)
	}
	var modes []string
	check(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if info, statErr := d.Info(); statErr == nil && info.Mode().Perm()&0o077 != 0 {
			modes = append(modes, path)
		}
		if strings.Contains(path, "tmp_pack") || strings.Contains(path, "restore.tmp") {
			t.Errorf("%s was restored", path)
		}
		return err
	}))
	if len(modes) > 0 {
		t.Errorf("open to others: %q", modes)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "host_key")); err != nil || string(text) != "secret\n" {
		t.Errorf("host key: %q, %v", text, err)
	}
	again, err := store.Open(t.Context(), filepath.Join(dir, "grader.db"), store.Options{ReceiptKey: s.key})
	check(t, err)
	defer func() { check(t, again.Close()) }()
	for _, sub := range subs {
		got, err := again.Submission(t.Context(), sub.Name)
		check(t, err)
		want, err := s.store.Submission(t.Context(), sub.Name)
		check(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		s.git(directory(dir, sub.Repository), "fsck", "--strict", sub.Commit)
	}
	// The next receipt begins a new chain, which names the newest one of the backup.
	in := schema.Intent{ID: strings.Repeat("f", 32), RepositoryID: subs[0].Repository, PusherID: s.users["alice"].ID, Ref: "refs/heads/main",
		Old: subs[2].Commit, New: subs[2].Commit, ReceivedAt: time.Now(), State: schema.IntentOpen}
	check(t, again.OpenIntent(t.Context(), in))
	_, err = again.RecordSubmission(t.Context(), schema.Push{Intent: in, Tree: subs[2].Tree, VersionID: s.a1.Active.ID, Flavour: "standard"})
	check(t, err)
	all, err := again.Receipts(t.Context(), s.course.ID, 0, 10)
	check(t, err)
	var signed []receipt.Signed
	for _, r := range all {
		parsed, err := receipt.Parse(r.Text)
		check(t, err)
		signed = append(signed, parsed)
	}
	if last := signed[3]; !last.Lost || last.Previous != signed[2].Hash() {
		t.Errorf("%+v", last)
	}
}

// TestPushesDuringABackup makes pushes between the copy of the database and the copies of the repositories: recorded in
// a known repository, recorded in a new repository, still open, and open in the database but overtaken before the copy
// of the repository.
func TestPushesDuringABackup(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	before := s.push("alice")
	open := s.receive(s.a1, schema.RepositoryOwn, "bob")
	var late []schema.GradedSubmission
	tarred := s.backup(func() {
		tree := s.pin(open)
		sub, err := s.store.RecordSubmission(t.Context(), schema.Push{Intent: open, Tree: tree, VersionID: s.a1.Active.ID, Flavour: "standard"})
		check(t, err)
		late = append(late, sub, s.push("bob"), s.push("alice"), s.push("ida"))
	})
	dir := t.TempDir()
	report, err := restore(t, tarred, dir)
	check(t, err)
	got := make(map[string]string)
	for _, p := range report.Found {
		got[p.Name] = p.Commit
		if p.Receipt == "" || p.ReceivedAt.IsZero() || p.Pusher == "" {
			t.Errorf("found %+v", p)
		}
	}
	want := make(map[string]string)
	for _, sub := range late {
		want[sub.Name.String()] = sub.Commit
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("found (-want +got)\n%s", diff)
	}
	if report.Pushes != 2 || len(report.Open) != 0 || len(report.Missing) != 0 {
		t.Errorf("%+v", report)
	}
	if _, err := os.Stat(directory(dir, before.Repository)); err != nil {
		t.Error(err)
	}

	// If main is still at an open push, the server records it when it starts.
	s = newServer(t)
	open = s.receive(s.a1, schema.RepositoryOwn, "bob")
	report, err = restore(t, s.backup(func() { s.pin(open) }), t.TempDir())
	check(t, err)
	if len(report.Open) != 1 || report.Open[0].Name != "comp1/a1/bob" || report.Open[0].Commit != open.New || len(report.Found) != 0 {
		t.Errorf("%+v", report)
	}
}

// TestPushWithoutACommit restores a push whose commit is in no repository.
func TestPushWithoutACommit(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	lost, whole := s.push("alice"), s.push("bob")
	check(t, os.RemoveAll(directory(s.data, lost.Repository)))
	report, err := restore(t, s.backup(nil), t.TempDir())
	check(t, err)
	if len(report.Missing) != 1 || report.Missing[0].Name != "comp1/a1/alice" || report.Missing[0].Commit != lost.Commit || report.Pushes != 2 {
		t.Errorf("%+v, whole: %+v", report, whole.Name)
	}
}

func TestRestoreIntoAUsedDirectory(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	tarred := s.backup(nil)
	_, err := restore(t, tarred, s.data)
	if schema.CodeOf(err) != schema.CodeConflict || !strings.Contains(err.Error(), "is not empty: it holds ") || !strings.Contains(err.Error(), "name a new directory") {
		t.Errorf("%v", err)
	}
	interrupted := t.TempDir()
	check(t, os.Mkdir(filepath.Join(interrupted, "restore.tmp"), 0o700))
	if _, err = restore(t, tarred, interrupted); schema.CodeOf(err) != schema.CodeConflict || !strings.Contains(err.Error(), "holds an interrupted restore; remove "+filepath.Join(interrupted, "restore.tmp")) {
		t.Errorf("%v", err)
	}
	check(t, os.RemoveAll(filepath.Join(interrupted, "restore.tmp"))) // follows the advice of the message
	check(t, os.Mkdir(filepath.Join(interrupted, "lost+found"), 0o700))
	if _, err = restore(t, tarred, interrupted); err != nil {
		t.Error(err)
	}
	if _, err = restore(t, tarred, filepath.Join(interrupted, "grader.db")); err == nil {
		t.Error("a file is taken for a directory")
	}
}

// TestTruncatedBackup truncates the file at many places.
func TestTruncatedBackup(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.push("alice")
	tarred := s.backup(nil)
	dir := t.TempDir()
	for cut := 0; cut < len(tarred)-1024; cut += 1 + len(tarred)/97 { // only padding follows the manifest
		_, err := restore(t, tarred[:cut], dir)
		if schema.CodeOf(err) != schema.CodeInvalid || !strings.Contains(err.Error(), "the backup is incomplete") && !strings.Contains(err.Error(), "is not a backup") {
			t.Fatalf("cut at %d of %d: %v", cut, len(tarred), err)
		}
		empty(t, dir)
	}
}

// TestAlteredBackup changes single bytes. Either the restore fails, or it restores the original data.
func TestAlteredBackup(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.push("alice")
	tarred := s.backup(nil)
	refused := 0
	for at := 0; at < len(tarred)-1024; at += 1 + len(tarred)/61 {
		changed := bytes.Clone(tarred)
		changed[at] ^= 0x20
		dir := t.TempDir()
		report, err := restore(t, changed, dir)
		if err != nil {
			refused++
			empty(t, dir)
			continue
		}
		if report.Pushes != 2 || len(report.Missing) > 0 {
			t.Errorf("byte %d was changed: %+v", at, report)
		}
	}
	if refused < 30 {
		t.Errorf("only %d changes were refused", refused)
	}
}

func empty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	check(t, err)
	if len(entries) > 0 {
		t.Fatalf("%s holds %v", dir, entries)
	}
}

// member is a member of a tar that a test changes.
type member struct {
	name    string
	kind    byte
	content []byte
	link    string
}

func members(t *testing.T, tarred []byte) []member {
	t.Helper()
	var all []member
	for r := tar.NewReader(bytes.NewReader(tarred)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		check(t, err)
		content, err := io.ReadAll(r)
		check(t, err)
		all = append(all, member{h.Name, h.Typeflag, content, ""})
	}
}

// packed writes members, and a manifest with all of them.
func packed(t *testing.T, all []member) []byte {
	t.Helper()
	type file struct {
		Path   string `json:"path"`
		Size   int    `json:"size"`
		SHA256 string `json:"sha256"`
	}
	var files []file
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	add := func(m member) {
		check(t, w.WriteHeader(&tar.Header{Typeflag: m.kind, Name: m.name, Size: int64(len(m.content)), Mode: 0o600, Linkname: m.link}))
		_, err := w.Write(m.content)
		check(t, err)
	}
	for _, m := range all {
		if m.name == "manifest.json" {
			continue
		}
		add(m)
		sum := sha256.Sum256(m.content)
		files = append(files, file{m.name, len(m.content), hex.EncodeToString(sum[:])})
	}
	text, err := json.Marshal(map[string]any{"files": files})
	check(t, err)
	add(member{"manifest.json", tar.TypeReg, text, ""})
	check(t, w.Close())
	return out.Bytes()
}

// TestHostileBackup restores backups with members that would be unpacked outside of the directory or would configure
// git.
func TestHostileBackup(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.push("alice")
	plain := members(t, s.backup(nil))
	if _, err := restore(t, packed(t, plain), t.TempDir()); err != nil {
		t.Fatalf("unchanged: %v", err)
	}
	evil := []byte("#!/bin/sh\n")
	for name, tt := range map[string]struct {
		add  member
		want string
	}{
		"parent":           {member{"../evil", tar.TypeReg, evil, ""}, "does not belong to a backup"},
		"absolute":         {member{"/tmp/evil", tar.TypeReg, evil, ""}, "does not belong to a backup"},
		"parent inside":    {member{"repositories/0/1.git/../../../evil", tar.TypeReg, evil, ""}, "is not a file of a repository"},
		"parent of number": {member{"repositories/../1.git/HEAD", tar.TypeReg, evil, ""}, "is not a file of a repository"},
		"hook":             {member{"repositories/0/1.git/hooks/post-receive", tar.TypeReg, evil, ""}, "is not a file of a repository"},
		"hooks for all":    {member{"repositories/hooks/post-receive", tar.TypeReg, evil, ""}, "is not a file of a repository"},
		"alternates":       {member{"repositories/0/1.git/objects/info/alternates", tar.TypeReg, evil, ""}, "is not a file of a repository"},
		"other place":      {member{"repositories/7/1.git/HEAD", tar.TypeReg, evil, ""}, "is not where repository 1 belongs"},
		"configuration":    {member{"grader.yaml", tar.TypeReg, evil, ""}, "does not belong to a backup"},
		"symlink":          {member{"repositories/0/9.git/HEAD", tar.TypeSymlink, nil, "/etc/passwd"}, "is not a regular file"},
		"hard link":        {member{"receipt_key", tar.TypeLink, nil, "host_key"}, "is not a regular file"},
		"directory":        {member{"repositories/", tar.TypeDir, nil, ""}, "is not a regular file"},
		"twice":            {member{"host_key", tar.TypeReg, evil, ""}, "is in the backup twice"},
	} {
		root := t.TempDir()
		dir := filepath.Join(root, "a", "data")
		_, err := restore(t, packed(t, append(append([]member{}, plain...), tt.add)), dir)
		if schema.CodeOf(err) != schema.CodeRefused || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
		empty(t, dir)
		if found, _ := filepath.Glob(filepath.Join(root, "evil")); len(found) > 0 {
			t.Errorf("%s: wrote outside", name)
		}
	}
	change := func(name, text string) []byte {
		changed := append([]member{}, plain...)
		for i, m := range changed {
			if strings.HasSuffix(m.name, name) {
				changed[i].content = []byte(text)
			}
		}
		return packed(t, changed)
	}
	for name, tt := range map[string]struct {
		tarred []byte
		want   string
	}{
		"git's configuration": {change("1.git/config", "[core]\n\trepositoryformatversion = 0\n\thooksPath = /ev\n\tbare = true\n"), "config of repository 1 is not as grader writes it"},
		"newer format":        {change("backup.json", `{"format": 2, "grader": "v9"}`), "has format 2, and this grader reads 1; use the grader that made it (v9)"},
		"no database":         {change("grader.db", "not a database"), "restore"},
		"another tar":         {packed(t, plain[1:]), "is not a backup that grader admin backup made"},
		"no tar":              {bytes.Repeat([]byte("grader"), 1000), "is not a backup that grader admin backup made"},
		"empty":               {nil, "is not a backup that grader admin backup made"},
		"something after":     {after(t, plain), "follows the end of the backup"},
	} {
		dir := t.TempDir()
		if _, err := restore(t, tt.tarred, dir); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
		empty(t, dir)
	}
}

// after returns a backup with data after its manifest.
func after(t *testing.T, plain []member) []byte {
	t.Helper()
	whole := packed(t, plain)
	return append(whole[:len(whole)-1024], packed(t, plain[:1])...)
}
