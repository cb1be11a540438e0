package image

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx/v2/common"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"
)

// noAssertion is SPDX's value for a field that was not examined.
const noAssertion = "NOASSERTION"

// inventory collects the packages of an image.
type inventory struct {
	doc *v2_3.Document
	ids map[string]int
}

// writeSBOM writes the image's parts as SPDX 2.3 in JSON: Debian's packages, and the Go modules
// from which the program was built.
func writeSBOM(w io.Writer, packages []pkg, program *debug.BuildInfo, version string, now time.Time) error {
	i := inventory{ids: make(map[string]int), doc: &v2_3.Document{
		SPDXVersion: v2_3.Version, DataLicense: v2_3.DataLicense, SPDXIdentifier: "DOCUMENT",
		DocumentName: "grader-runner-" + version,
		CreationInfo: &v2_3.CreationInfo{
			Creators: []common.Creator{{CreatorType: "Tool", Creator: "grader-" + version}},
			Created:  now.UTC().Format(time.RFC3339),
		},
	}}
	for _, p := range packages {
		i.add(debian(p))
	}
	for _, p := range modules(program, version) {
		i.add(p)
	}
	i.doc.DocumentNamespace = "https://spdx.org/spdxdocs/grader-runner-" + i.digest()
	return json.Write(i.doc, w, json.Indent("  "))
}

// add adds a package to the description of the image.
func (i *inventory) add(p *v2_3.Package) {
	id := nameless.ReplaceAllString(p.PackageName+"-"+p.PackageVersion, "-")
	if i.ids[id]++; i.ids[id] > 1 {
		id += fmt.Sprintf("-%d", i.ids[id])
	}
	p.PackageSPDXIdentifier = common.ElementID(id)
	i.doc.Packages = append(i.doc.Packages, p)
	i.doc.Relationships = append(i.doc.Relationships, &v2_3.Relationship{
		RefA: common.MakeDocElementID("", "DOCUMENT"), RefB: common.MakeDocElementID("", id), Relationship: common.TypeRelationshipDescribe,
	})
}

// nameless matches the characters that an SPDX identifier may not contain.
var nameless = regexp.MustCompile(`[^A-Za-z0-9.-]+`)

// digest returns a hash that identifies the list of packages.
func (i *inventory) digest() string {
	h := sha256.New()
	for _, p := range i.doc.Packages {
		fmt.Fprintln(h, p.PackageName, p.PackageVersion)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func debian(p pkg) *v2_3.Package {
	source, version := p.origin()
	made := &v2_3.Package{
		PackageName: p.name, PackageVersion: p.version, PackageHomePage: p.homepage, PackageSummary: p.summary,
		PackageSourceInfo:      "built from " + source + " " + version,
		PackageLicenseComments: "the licences are in /usr/share/doc/" + p.name + "/copyright of the image",
	}
	if p.maintainer != "" {
		made.PackageSupplier = &common.Supplier{SupplierType: "Organization", Supplier: p.maintainer}
	}
	locator := "pkg:deb/debian/" + url.PathEscape(p.name) + "@" + url.PathEscape(p.version) + "?arch=" + url.QueryEscape(p.arch)
	return unlooked(made, locator)
}

// modules returns the program and the modules that it was built from, or none if they are unknown.
func modules(program *debug.BuildInfo, version string) []*v2_3.Package {
	if program == nil {
		return nil
	}
	list := []*v2_3.Package{
		module(program.Main.Path, version),
		module("stdlib", strings.TrimPrefix(program.GoVersion, "go")),
	}
	for _, m := range program.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		list = append(list, module(m.Path, m.Version))
	}
	return list
}

func module(path, version string) *v2_3.Package {
	return unlooked(&v2_3.Package{PackageName: path, PackageVersion: version}, "pkg:golang/"+path+"@"+url.PathEscape(version))
}

// unlooked fills in the fields that SPDX requires of every package, and where the package comes
// from.
func unlooked(p *v2_3.Package, locator string) *v2_3.Package {
	p.PackageDownloadLocation = noAssertion
	p.PackageLicenseConcluded, p.PackageLicenseDeclared, p.PackageCopyrightText = noAssertion, noAssertion, noAssertion
	p.PackageExternalReferences = []*v2_3.PackageExternalReference{{Category: common.CategoryPackageManager, RefType: "purl", Locator: locator}}
	return p
}
