package api

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// versionInfo is a version of tests with its gate.
type versionInfo struct {
	Number     int                 `json:"number"`
	State      schema.VersionState `json:"state"`
	Commit     string              `json:"commit"`
	ReceivedAt time.Time           `json:"received_at"` // in the course's zone
	Jobs       []gateJob           `json:"jobs"`        // the parts of the gate
	Ended      bool                `json:"ended"`       // no part is waiting or running
	Failed     bool                `json:"failed,omitempty"`
	Verdict    *schema.GateVerdict `json:"verdict,omitempty"` // absent: some parts have no result
}

// gateJob is one part of a gate.
type gateJob struct {
	Part  schema.GatePart `json:"part"`
	State schema.State    `json:"state"`
}

func (a *API) versionRoutes() []route {
	const version = atTask + "/tests/{version}"
	return []route{
		get(version, "getTests", "A version of the tests and how far its gate is; for staff", showVersion),
		list(version+"/files", "listTestsFiles", "The files of a version of the tests; for staff", listTestsFiles, func(f fileInfo) string { return f.Path }),
		file(version+"/files/{path...}", "getTestsFile", "One file of a version of the tests; for staff", "application/octet-stream", showTestsFile),
	}
}

// gate returns the version in the path with its gate.
func (c *call) gate() (classroom.Draft, schema.Gate, error) {
	number, err := classroom.ParseVersion(c.path("version"))
	if err != nil {
		return classroom.Draft{}, schema.Gate{}, schema.Errorf(schema.CodeNotFound, "%q is not a version number", schema.Sanitize(c.path("version")))
	}
	return c.Classroom.Drafts.Gate(c.ctx(), c.by, c.path("course"), c.path("assignment"), number)
}

func showVersion(c *call) (versionInfo, error) {
	draft, gate, err := c.gate()
	if err != nil {
		return versionInfo{}, err
	}
	v := gate.Version
	is := versionInfo{Number: v.Number, State: v.State, Commit: v.Commit, ReceivedAt: v.ReceivedAt.In(draft.Course.Location()), Jobs: []gateJob{},
		Ended: gate.Ended(), Failed: gate.Failed(), Verdict: gate.Verdict}
	for _, j := range gate.Jobs {
		is.Jobs = append(is.Jobs, gateJob{j.Part, j.Job.State})
	}
	return is, nil
}

func listTestsFiles(c *call) ([]fileInfo, error) {
	_, gate, err := c.gate()
	if err != nil {
		return nil, err
	}
	return c.list(gate.Version.RepositoryID, gate.Version.Commit)
}

func showTestsFile(c *call) (document, error) {
	_, gate, err := c.gate()
	if err != nil {
		return document{}, err
	}
	return c.read(gate.Version.RepositoryID, gate.Version.Commit)
}

// list returns the files of a commit.
func (c *call) list(repository int64, commit string) ([]fileInfo, error) {
	entries, err := c.Files.Files(c.ctx(), repository, commit, maxListed)
	files := make([]fileInfo, 0, len(entries))
	for _, e := range entries {
		files = append(files, fileInfo{schema.Sanitize(e.Path), e.Size})
	}
	return files, err
}

// read returns the file {path...} of a commit.
func (c *call) read(repository int64, commit string) (document, error) {
	name := c.path("path")
	data, err := c.Contents.ReadFile(c.ctx(), repository, commit, name, maxFile)
	if schema.CodeOf(err) == schema.CodeLimit {
		err = schema.Errorf(schema.CodeRefused, "the file is larger than %s; fetch the repository with git to read it", schema.Size(maxFile))
	}
	return document{media: "application/octet-stream", name: name[strings.LastIndex(name, "/")+1:], data: data}, err
}

// testsVersion returns a version of the tests of a draft.
func (c *call) testsVersion(draft classroom.Draft, number int) (schema.TestsVersion, error) {
	all, err := c.Classroom.Tests.List(c.ctx(), c.by, draft.Course.Code, draft.Assignment.Name)
	if err != nil {
		return schema.TestsVersion{}, err
	}
	i := slices.IndexFunc(all, func(v schema.TestsVersion) bool { return v.Number == number })
	if i < 0 {
		return schema.TestsVersion{}, fmt.Errorf("version %d of %s, which was just pushed, is missing", number, draft.Path())
	}
	return all[i], nil
}
