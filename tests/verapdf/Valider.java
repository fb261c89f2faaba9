import java.io.FileInputStream;
import java.io.InputStream;
import java.util.TreeMap;

import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Prints, for each file given after the flavour ("ua1", "3a"), one line "FICHIER path checks", then one line
 * "REGLE clause-test occurrences message" for each rule that fails.
 */
public class Valider {
    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        PDFAFlavour flavour = PDFAFlavour.byFlavourId(arguments[0]);
        for (int rank = 1; rank < arguments.length; rank++) {
            try (InputStream stream = new FileInputStream(arguments[rank]);
                    PDFAParser parser = Foundries.defaultInstance().createParser(stream, flavour);
                    PDFAValidator validator =
                            Foundries.defaultInstance().createValidator(flavour, 5, false, false, true)) {
                ValidationResult result = validator.validate(parser);
                System.out.println("FICHIER\t" + arguments[rank] + "\t" + result.getTotalAssertions());
                TreeMap<String, String> messages = new TreeMap<>();
                for (TestAssertion assertion : result.getTestAssertions()) {
                    if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                        messages.putIfAbsent(
                                assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber(),
                                assertion.getMessage() + " @ " + assertion.getLocation().getContext());
                    }
                }
                messages.forEach((rule, message) ->
                        System.out.println("REGLE\t" + rule + "\t" + message.replaceAll("\\s+", " ")));
                if (!result.isCompliant() && messages.isEmpty()) {
                    System.out.println("REGLE\tinconnue\tnot compliant, without a named rule");
                }
            }
        }
    }
}
