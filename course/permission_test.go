package course_test

import (
	"testing"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

func TestRepositoryPermissions(t *testing.T) {
	t.Parallel()
	const yes = schema.Code("")
	viewers := map[string]course.Viewer{
		"stranger":   {Login: "eve"},
		"student":    {Login: "alice", Role: schema.RoleStudent},
		"dropped":    {Login: "dan", Role: schema.RoleStudent, Dropped: true},
		"ta":         {Login: "tom", Role: schema.RoleTA},
		"instructor": {Login: "ida", Role: schema.RoleInstructor},
		"admin":      {Login: "root", Admin: true},
		"odd role":   {Login: "odd", Role: "owner"},
	}
	paths := map[string]schema.RepositoryPath{
		"own":     {Kind: schema.RepositoryOwn, Course: "c", Assignment: "a"},
		"tests":   {Kind: schema.RepositoryTests, Course: "c", Assignment: "a"},
		"another": {Kind: schema.RepositoryOwner, Course: "c", Assignment: "a", Owner: "bob"},
		"course":  {Kind: schema.RepositoryCourse, Course: "c"},
		"unknown": {Kind: "other", Course: "c"},
	}
	table := []struct {
		viewer, path string
		push, fetch  schema.Code
	}{
		{"stranger", "own", schema.CodeNotFound, schema.CodeNotFound},
		{"stranger", "tests", schema.CodeNotFound, schema.CodeNotFound},
		{"stranger", "another", schema.CodeNotFound, schema.CodeNotFound},
		{"stranger", "course", schema.CodeNotFound, schema.CodeNotFound},
		{"odd role", "own", schema.CodeNotFound, schema.CodeNotFound},
		{"student", "own", yes, yes},
		{"student", "tests", schema.CodeForbidden, schema.CodeForbidden},
		{"student", "another", schema.CodeForbidden, schema.CodeForbidden},
		{"student", "course", schema.CodeForbidden, schema.CodeForbidden},
		{"student", "unknown", schema.CodeNotFound, schema.CodeNotFound},
		{"dropped", "own", schema.CodeForbidden, yes},
		{"dropped", "tests", schema.CodeForbidden, schema.CodeForbidden},
		{"ta", "own", yes, yes},
		{"ta", "tests", schema.CodeForbidden, yes},
		{"ta", "another", schema.CodeForbidden, yes},
		{"ta", "course", schema.CodeForbidden, yes},
		{"instructor", "own", yes, yes},
		{"instructor", "tests", yes, yes},
		{"instructor", "another", schema.CodeForbidden, yes},
		{"instructor", "course", yes, yes},
		{"admin", "own", yes, yes},
		{"admin", "tests", yes, yes},
		{"admin", "another", schema.CodeForbidden, yes},
		{"admin", "course", yes, yes},
	}
	for _, row := range table {
		push := course.MayUse(viewers[row.viewer], course.ActionPush, paths[row.path])
		fetch := course.MayUse(viewers[row.viewer], course.ActionFetch, paths[row.path])
		if schema.CodeOf(push) != row.push || schema.CodeOf(fetch) != row.fetch {
			t.Errorf("%s, %s: push %v, fetch %v", row.viewer, row.path, push, fetch)
		}
	}
	if err := course.MayUse(viewers["admin"], course.ActionRerun, paths["own"]); schema.CodeOf(err) != schema.CodeForbidden {
		t.Errorf("a repository was rerun: %v", err)
	}
}

func TestWhoMaySeeASubmission(t *testing.T) {
	t.Parallel()
	alices := schema.SubmissionName{Course: "c", Assignment: "a", Owner: "alice", Number: 3}
	table := []struct {
		viewer course.Viewer
		want   schema.Code
	}{
		{course.Viewer{Login: "alice"}, schema.CodeNotFound},
		{course.Viewer{Login: "bob", Role: schema.RoleStudent}, schema.CodeNotFound},
		{course.Viewer{Login: "alice", Role: schema.RoleStudent}, ""},
		{course.Viewer{Login: "tom", Role: schema.RoleTA}, ""},
		{course.Viewer{Login: "ida", Role: schema.RoleInstructor}, ""},
		{course.Viewer{Login: "root", Admin: true}, ""},
	}
	for _, row := range table {
		if err := course.MaySee(course.OwnedBy(row.viewer, "alice"), alices); schema.CodeOf(err) != row.want {
			t.Errorf("%+v: %v", row.viewer, err)
		}
	}
	if err := course.MaySee(course.OwnedBy(table[1].viewer), schema.SubmissionName{Course: "c", Assignment: "a", Number: 1}); err != nil {
		t.Errorf("one's own: %v", err)
	}
}
