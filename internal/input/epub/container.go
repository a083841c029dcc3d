package epub

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"
)

// Files of the container (OCF 3.3, section 4.2.6.3) and of the makers of
// digital locks.
const (
	containerFile  = "META-INF/container.xml"
	encryptionFile = "META-INF/encryption.xml"
	rightsFile     = "META-INF/rights.xml"
	lcpFile        = "META-INF/license.lcpl"
	appleFile      = "META-INF/sinf.xml"
)

// obfuscation are the algorithms that scramble fonts, which nothing here
// reads: of OCF 3.3, section 4.3, and of Adobe.
var obfuscation = map[string]bool{
	"http://www.idpf.org/2008/embedding": true,
	"http://ns.adobe.com/pdf/enc#RC":     true,
}

// scheme begins an address that leads out of the book.
var scheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]+:`)

// unescape decodes "%20"; what is no such code stays.
func unescape(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

func isPackage(name string) bool { return strings.EqualFold(path.Ext(name), ".opf") }

// refuseEncrypted gives an error if anything but fonts is encrypted (OCF 3.3,
// section 4.2.6.3.2).
func (b *book) refuseEncrypted() error {
	drm := func(maker string) error {
		return fmt.Errorf("the book is encrypted (DRM: %s); narrate cannot read it: get a copy of it without DRM", maker)
	}
	if b.member(appleFile) != "" {
		return drm("Apple FairPlay")
	}
	member := b.member(encryptionFile)
	if member == "" {
		return nil
	}
	f, err := b.read(member)
	if err != nil {
		return err
	}
	root, broken := parseXML(f)
	if broken != nil {
		b.warn(f, 0, "not well-formed (%v); narrate takes from it what it can", broken)
	}
	for _, e := range root.all("EncryptedData") {
		algorithm := e.first("EncryptionMethod").attr("Algorithm")
		if obfuscation[algorithm] {
			continue
		}
		switch {
		case b.member(lcpFile) != "" || strings.Contains(f.text, "readium.org/2014/01/lcp"):
			return drm("Readium LCP")
		case strings.Contains(f.text, "ns.adobe.com/adept") || b.adobeRights():
			return drm("Adobe ADEPT")
		case algorithm == "":
			return drm("by no algorithm that it names")
		}
		return drm(fmt.Sprintf("%.100s", algorithm))
	}
	return nil
}

func (b *book) adobeRights() bool {
	member := b.member(rightsFile)
	if member == "" {
		return false
	}
	data, err := b.archive.Read(member)
	return err == nil && strings.Contains(string(data), "ns.adobe.com")
}

// findPackage gives the member that is the package document: the first one
// that container.xml names and the archive holds, as further ones are other
// renditions of the same book (EPUB Multiple-Rendition Publications 1.1), else
// the first one that the archive holds.
func (b *book) findPackage() (string, error) {
	named := ""
	if member := b.member(containerFile); member != "" {
		f, err := b.read(member)
		if err != nil {
			return "", err
		}
		root, broken := parseXML(f)
		if broken != nil {
			b.warn(f, 0, "not well-formed (%v); narrate takes from it what it can", broken)
		}
		for _, e := range root.all("rootfile") {
			full := e.attr("full-path")
			if found := b.member(within(".", unescape(full))); found != "" {
				return found, nil
			}
			if named == "" {
				named = full
				b.warn(f, e.off, "names the package document %q, which is not there", full)
			}
		}
	}
	for _, name := range b.archive.Names() {
		if isPackage(name) {
			b.warning(fmt.Sprintf("%s: %s does not lead to the package document; %s is read", b.source, containerFile, name))
			return name, nil
		}
	}
	if named != "" {
		return "", fmt.Errorf("the book lacks its package document %s, without which narrate does not know what it holds: get it again", named)
	}
	return "", errors.New("not an EPUB book: it has no package document (a file named .opf)")
}
