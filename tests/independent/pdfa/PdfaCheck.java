import java.io.*;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.*;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.*;

/** Checks PDF files with veraPDF against the flavour given first; ends with 1 when one does not conform. */
public class PdfaCheck {
    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        PDFAFlavour flavour = PDFAFlavour.fromString(arguments[0]);
        boolean good = true;
        for (int i = 1; i < arguments.length; i++) {
            try (InputStream in = new FileInputStream(arguments[i]);
                 PDFAParser parser = Foundries.defaultInstance().createParser(in, flavour)) {
                PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false);
                ValidationResult result = validator.validate(parser);
                good &= result.isCompliant();
                System.out.println(arguments[i] + ": PDF/A-" + flavour.getId() + " " + (result.isCompliant() ? "conforms" : "FAILS")
                    + ", " + result.getTotalAssertions() + " assertions");
                for (TestAssertion a : result.getTestAssertions())
                    if (a.getStatus() == TestAssertion.Status.FAILED)
                        System.out.println("  " + a.getRuleId() + " " + a.getMessage());
            }
        }
        System.exit(good ? 0 : 1);
    }
}
