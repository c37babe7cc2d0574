# make deb: Debian packages, in the folder deb of the build.
EXTRA_DIST += \
    packaging/changelog \
    packaging/copyright \
    packaging/deb \
    packaging/mrp-compiler.control \
    packaging/mrp.control

# From the files of the tarball, since sources that are configured in their own folder build in no other.
deb: distdir
	$(distdir)/packaging/deb deb
	chmod -R u+w $(distdir) && rm -rf $(distdir)
clean-local-deb:
	rm -rf deb
clean-local: clean-local-deb
.PHONY: deb clean-local-deb
