package assignment

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// document reads the whole of assignment.yaml.
func (r *reading) document(root *node) {
	r.root = r.object(root, "the assignment",
		"title", "handout", "flavour", "release", "due", "late", "submissions", "files", "team",
		"starter", "solution", "samples", "limits", "prepare", "build", "tests")
	if root.kind != kindMapping {
		return
	}
	r.heading()
	r.times()
	r.late()
	r.team()
	r.submissions()
	r.fileRules()
	r.directories()
	r.assignmentLimits()
	r.steps()
	r.readTests()
}

func (r *reading) heading() {
	if n := r.root.get("title"); n != nil {
		r.spec.Title, _ = r.word(n, "title", maxTitle)
	} else if r.root.at.kind == kindMapping {
		r.fail(r.root.at, `title is missing; write title: "A1: Linked lists"`)
	}
	if n := r.root.get("handout"); n != nil {
		r.spec.Handout, _ = r.path(n, "handout")
	}
	if n := r.root.get("flavour"); n != nil {
		r.spec.Flavour, _ = r.word(n, "flavour", maxName)
	}
	r.findFlavour()
}

// findFlavour looks up the flavour that the assignment runs on.
func (r *reading) findFlavour() {
	name, at := r.spec.Flavour, r.root.get("flavour")
	if name == "" {
		name, at = r.context.Flavour, r.root.at
	}
	if name == "" || r.context.Flavours == nil {
		return
	}
	f, known := r.context.Flavours[name]
	switch {
	case !known && r.spec.Flavour == "":
		r.fail(at, "the course's flavour %s is not in the server's configuration; %s", quote(name), r.otherFlavour())
	case !known:
		r.fail(at, "flavour %s is unknown; %s", quote(name), r.knownFlavour(name))
	case r.spec.Flavour != "" && r.context.Allows != nil && !r.context.Allows(name):
		r.fail(at, "flavour %s is not for this course; %s", quote(name), r.allowedFlavour())
	default:
		if f.Name == "" {
			f.Name = name
		}
		r.flavour = &f
	}
}

// otherFlavour says what to do if the course's own flavour is missing.
func (r *reading) otherFlavour() string {
	const set = "ask an operator to put it back, or to give the course another one (default in course.yaml, or grader admin course set CODE --flavour F)"
	if names := r.allowedFlavours(); len(names) > 0 {
		return fmt.Sprintf("write flavour: %s, or %s", strings.Join(names, " or "), set)
	}
	return set
}

// knownFlavour says what to write instead of a flavour that does not exist.
func (r *reading) knownFlavour(name string) string {
	if names := r.allowedFlavours(); len(names) > 0 {
		return suggest(name, names)
	}
	return "none of the flavours that this course may use is in the server's configuration; ask an operator"
}

// allowedFlavour says what to write instead of a flavour that is for other courses.
func (r *reading) allowedFlavour() string {
	const ask = "ask an operator to allow it"
	if names := r.allowedFlavours(); len(names) > 0 {
		return fmt.Sprintf("use %s, or %s", strings.Join(names, " or "), ask)
	}
	return ask
}

// allowedFlavours returns the names of the flavours that the assignment may use.
func (r *reading) allowedFlavours() []string {
	return slices.DeleteFunc(flavourNames(r.context.Flavours), func(name string) bool {
		return r.context.Allows != nil && !r.context.Allows(name)
	})
}

func flavourNames(flavours map[string]schema.Flavour) []string {
	var names []string
	for name := range flavours {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (r *reading) times() {
	if n := r.root.get("release"); n != nil {
		r.spec.Release, _ = r.minute(n, "release", r.zone())
	}
	n := r.root.get("due")
	if n == nil {
		return
	}
	due, ok := r.minute(n, "due", r.zone())
	if !ok {
		return
	}
	r.spec.Due, r.spec.DueText = due.Add(minuteLength), n.text
	if !r.spec.Release.Before(r.spec.Due) {
		r.fail(n, "due %s is before release %s; students could never push", n.text, r.root.get("release").text)
	}
}

func (r *reading) submissions() {
	r.spec.Counts, r.spec.MaxSize, r.spec.MaxFiles = CountsBest, defaultMaxSize, defaultMaxFiles
	n := r.root.get("submissions")
	if n == nil {
		return
	}
	o := r.object(n, "submissions", "limit", "counts", "try", "max_size", "max_files")
	if v := o.get("limit"); v != nil {
		r.spec.Limit = r.submissionLimit(v)
	}
	if v := o.get("counts"); v != nil {
		if word, ok := r.choice(v, "counts", string(CountsBest), string(CountsLast), string(CountsMarked)); ok {
			r.spec.Counts = Counts(word)
		}
	}
	if v := o.get("try"); v != nil {
		if try, ok := r.boolean(v, "try"); ok {
			r.spec.NoTry = !try
		}
	}
	if v := o.get("max_size"); v != nil {
		r.spec.MaxSize, _ = r.size(v, "max_size")
	}
	if v := o.get("max_files"); v != nil {
		r.spec.MaxFiles, _ = r.integer(v, "max_files", 1, 100_000)
	}
}

func (r *reading) fileRules() {
	n := r.root.get("files")
	if n == nil {
		return
	}
	o := r.object(n, "files", "required", "forbidden", "locked", "allow")
	rules := map[string]*[]string{
		"required": &r.spec.Files.Required, "forbidden": &r.spec.Files.Forbidden,
		"locked": &r.spec.Files.Locked, "allow": &r.spec.Files.Allow,
	}
	for key, patterns := range rules {
		if v := o.get(key); v != nil {
			*patterns = r.globs(v, "files."+key)
		}
	}
	for _, pattern := range r.spec.Files.Required {
		if slices.Contains(r.spec.Files.Forbidden, pattern) {
			r.fail(o.get("forbidden"), "%s is both required and forbidden; keep one", quote(pattern))
		}
	}
	if o.has("locked") && !r.root.has("starter") {
		r.fail(o.key("locked"), "files.locked are taken from starter/, and there is no starter; write starter: starter/")
	}
}

func (r *reading) directories() {
	if n := r.root.get("starter"); n != nil {
		r.spec.Starter, _ = r.directory(n, "starter")
	}
	if n := r.root.get("solution"); n != nil {
		r.spec.Solution, _ = r.directory(n, "solution")
	}
	if r.spec.Starter != "" && r.spec.Solution != "" && overlap(r.spec.Starter, r.spec.Solution) {
		r.fail(r.root.get("solution"), "solution %s and starter %s lie within each other; students would get the solution", quote(r.spec.Solution), quote(r.spec.Starter))
	}
	if n := r.root.get("samples"); n != nil {
		for _, item := range r.list(n, "samples", "[{dir: samples/off-by-one/, score: 14}]") {
			r.sample(item)
		}
	}
}

func overlap(a, b string) bool { return strings.HasPrefix(a, b) || strings.HasPrefix(b, a) }
