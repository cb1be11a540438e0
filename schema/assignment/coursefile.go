package assignment

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

// CourseFilename is the file at the root of a course repository that sets up the course.
const CourseFilename = "course.yaml"

// The top-level keys of course.yaml.
const (
	KeyTitle      = "title"
	KeyTimezone   = "timezone"
	KeyFlavours   = "flavours"
	KeyDefault    = "default"
	KeyLateTokens = "late_tokens"
	KeySections   = "sections"
	KeyTA         = "ta"
	KeyOutage     = "outage"
	KeyPublish    = "publish"
	KeyLimits     = "limits"
)

func courseKeys() []string {
	return []string{KeyTitle, KeyTimezone, KeyFlavours, KeyDefault, KeyLateTokens, KeySections, KeyTA, KeyOutage, KeyPublish, KeyLimits}
}

// Bounds of course.yaml.
const (
	maxCourseFile = 64 << 10 // bytes
	maxLateTokens = 100
	maxOffset     = 366 * 24 * time.Hour
)

var offsetPattern = regexp.MustCompile(`^([1-9][0-9]{0,3})(d|h|m)$`)

// CourseFile holds the content of a course.yaml. Settings.Keys lists the keys that the file has;
// fields of absent keys are zero.
type CourseFile struct {
	Title      string
	Zone       string   // IANA name
	Flavour    string   // the default
	Others     []string // flavours that assignments may name instead
	LateTokens int
	Settings   schema.CourseSettings // without Version
}

// LoadCourse decodes the course.yaml at the root of a repository strictly. c.Flavour is the
// course's current flavour. The error is *Invalid or an error of files.
func LoadCourse(files Files, c Context) (*CourseFile, error) {
	list, err := files.List()
	if err != nil {
		return nil, fmt.Errorf("list course repository: %w", err)
	}
	source, problem, err := newLoader(files, list).source(CourseFilename, maxCourseFile)
	switch {
	case err != nil:
		return nil, err
	case problem != nil:
		return nil, invalid([]Problem{*problem})
	}
	return ParseCourse(source, c)
}

// ParseCourse decodes course.yaml strictly. c.Flavour is the course's current flavour. The error is
// *Invalid.
func ParseCourse(source []byte, c Context) (*CourseFile, error) {
	r := &courseReading{decoder: decoder{file: CourseFilename}, context: c}
	root, problems := readYAML(CourseFilename, source, maxCourseFile)
	r.problems = problems
	if root != nil {
		r.document(root)
	}
	if err := invalid(explained(CourseFilename, source, r.problems)); err != nil {
		return nil, err
	}
	return &r.course, nil
}

// courseReading holds the state while a course.yaml is read.
type courseReading struct {
	decoder
	context Context
	root    *object
	course  CourseFile
}

// document reads the whole of course.yaml.
func (r *courseReading) document(root *node) {
	r.root = r.object(root, "the course", courseKeys()...)
	for _, key := range courseKeys() {
		if r.root.has(key) {
			r.course.Settings.Keys = append(r.course.Settings.Keys, key)
		}
	}
	if n := r.root.get(KeyTitle); n != nil {
		r.course.Title, _ = r.word(n, KeyTitle, maxTitle)
	}
	r.timezone()
	r.flavours()
	if n := r.root.get(KeyLateTokens); n != nil {
		r.course.LateTokens, _ = r.integer(n, KeyLateTokens, 0, maxLateTokens)
	}
	r.sections()
	r.ta()
	r.rest()
}

func (r *courseReading) timezone() {
	n := r.root.get(KeyTimezone)
	if n == nil {
		return
	}
	name, ok := r.word(n, KeyTimezone, maxName)
	if !ok {
		return
	}
	if _, err := schema.LoadZone(name); err != nil {
		r.fail(n, "%s", schema.MessageOf(err))
		return
	}
	r.course.Zone = name
}

// flavours reads the flavours that assignments may run on, and the default flavour: the first of
// the list unless the key default names another.
func (r *courseReading) flavours() {
	var names []string
	if n := r.root.get(KeyFlavours); n != nil {
		for _, item := range r.list(n, KeyFlavours, "[standard, large]") {
			if name, ok := r.flavour(item, "flavour"); ok && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	n := r.root.get(KeyDefault)
	switch {
	case n != nil:
		name, ok := r.flavour(n, KeyDefault)
		if ok && len(names) > 0 && !slices.Contains(names, name) {
			r.fail(n, "default %s is not one of flavours; %s", quote(name), suggest(name, names))
		}
		r.course.Flavour = name
	case len(names) > 0:
		r.course.Flavour = names[0]
	}
	r.course.Others = slices.DeleteFunc(names, func(name string) bool { return name == r.course.Flavour })
}

// flavour reads the name of a flavour and checks that the server has it.
func (r *courseReading) flavour(n *node, what string) (string, bool) {
	name, ok := r.word(n, what, maxName)
	if !ok || r.context.Flavours == nil {
		return name, ok
	}
	if _, known := r.context.Flavours[name]; !known {
		r.fail(n, "%s %s is not in the server's configuration; %s", what, quote(name), suggest(name, flavourNames(r.context.Flavours)))
		return "", false
	}
	return name, true
}

// sections reads {L1: {due: 2d}, L2: {}}. The names must match the roster's.
func (r *courseReading) sections() {
	n := r.root.get(KeySections)
	if n == nil {
		return
	}
	if n.kind != kindMapping {
		r.fail(n, "sections must be a mapping, as in {L1: {}, L2: {due: 2d}}, not %s", n.describe())
		return
	}
	r.course.Settings.Sections = make(map[string]schema.DueOffset, len(n.fields))
	for _, f := range n.fields {
		name := f.key.text
		switch {
		case strings.TrimSpace(name) != name || name == "" || len([]rune(name)) > maxName || strings.IndexFunc(name, unprintable) >= 0:
			r.fail(f.key, "section %s: write its name as the roster has it, of at most %d characters", quote(name), maxName)
		case strings.Contains(name, ","):
			r.fail(f.key, "section %s holds a comma, which parts the sections of a TA; give it another name, here and in the roster", quote(name))
		default:
			r.course.Settings.Sections[name] = r.section(name, f.value)
		}
	}
}

func (r *courseReading) section(name string, n *node) (o schema.DueOffset) {
	if n.kind == kindNull {
		return o
	}
	if v := r.object(n, "section "+quote(name), "due").get("due"); v != nil {
		o = r.offset(v, "due")
	}
	return o
}

// offset reads 2d (calendar days), or 36h or 90m (elapsed time).
func (r *courseReading) offset(n *node, what string) (o schema.DueOffset) {
	m := offsetPattern.FindStringSubmatch(n.text)
	if !n.scalar() || m == nil {
		r.fail(n, "%s must say how much later, such as 2d (calendar days), 36h or 90m, not %s; in assignment.yaml write the time of the section that is due first", what, n.describe())
		return o
	}
	count, _ := strconv.Atoi(m[1]) // four digits
	switch m[2] {
	case "d":
		o.Days = count
	case "h":
		o.By = time.Duration(count) * time.Hour
	default:
		o.By = time.Duration(count) * time.Minute
	}
	if time.Duration(o.Days)*24*time.Hour+o.By > maxOffset {
		r.fail(n, "%s %s is too long; 366d is the most", what, n.text)
		return schema.DueOffset{}
	}
	return o
}

// ta reads {rerun: true, adjust: true, comment: true, extensions: false, sections: own}.
func (r *courseReading) ta() {
	n := r.root.get(KeyTA)
	if n == nil {
		return
	}
	o := r.object(n, KeyTA, "rerun", "adjust", "comment", "extensions", "sections")
	ta := &r.course.Settings.TA
	ta.NoRerun = !r.permitted(o, "rerun", true)
	ta.NoAdjust = !r.permitted(o, "adjust", true)
	ta.NoComment = !r.permitted(o, "comment", true)
	ta.Extensions = r.permitted(o, "extensions", false)
	if v := o.get("sections"); v != nil {
		word, _ := r.choice(v, "sections", "all", "own")
		ta.OwnSection = word == "own"
	}
}

// permitted reads true or false, and returns otherwise if the key is absent.
func (r *courseReading) permitted(o *object, key string, otherwise bool) bool {
	n := o.get(key)
	if n == nil {
		return otherwise
	}
	may, ok := r.boolean(n, KeyTA+"."+key)
	return may && ok
}

func (r *courseReading) rest() {
	s := &r.course.Settings
	if n := r.root.get(KeyOutage); n != nil {
		s.Outage, _ = r.duration(n, KeyOutage)
	}
	if n := r.root.get(KeyPublish); n != nil {
		word, _ := r.choice(n, KeyPublish, string(schema.PublishManual), string(schema.PublishAfterDue))
		s.Publish = schema.PublishRule(word)
	}
	if n := r.root.get(KeyLimits); n != nil {
		flavour := r.limiting()
		l := r.limits(r.object(n, KeyLimits, limitKeys()...), Limits{}, flavour)
		s.Limits = schema.StepLimits(l)
	}
}

// limiting returns the flavour that bounds the default limits, or nil if it is unknown.
func (r *courseReading) limiting() *schema.Flavour {
	name := r.course.Flavour
	if name == "" {
		name = r.context.Flavour
	}
	f, known := r.context.Flavours[name]
	if !known {
		return nil
	}
	f.Name = name
	return &f
}
