import java.io.File;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.Arrays;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.tsp.TimeStampToken;

/** Reads PDFs with PDFBox and verifies every signature with BouncyCastle: a line for each, and one with the number of pages. */
public class PdfBoxJudge {
    public static void main(String[] files) {
        java.util.logging.LogManager.getLogManager().reset();
        for (String file : files) {
            try {
                judge(new File(file));
            } catch (Exception e) {
                System.out.println(file + "\tunreadable\t" + e);
            }
        }
    }

    private static void judge(File file) throws Exception {
        byte[] bytes = Files.readAllBytes(file.toPath());
        try (PDDocument document = PDDocument.load(file)) {
            System.out.println(file + "\tpages\t" + document.getNumberOfPages());
            for (PDSignature signature : document.getSignatureDictionaries()) {
                System.out.println(file + "\t" + signature.getSubFilter() + "\t" + verdict(signature, bytes));
            }
            if (document.getDocumentCatalog().getCOSObject().getCOSDictionary(COSName.getPDFName("DSS")) != null) {
                System.out.println(file + "\tDSS\tpresent");
            }
        }
    }

    private static String verdict(PDSignature signature, byte[] file) {
        try {
            int[] range = signature.getByteRange();
            if (range[0] != 0 || file[range[1]] != '<' || file[range[2] - 1] != '>') {
                return "the gap is not the contents";
            }
            byte[] content = signature.getSignedContent(file);
            byte[] cms = signature.getContents(file);
            boolean isTimestamp = "ETSI.RFC3161".equals(signature.getSubFilter());
            CMSSignedData data = isTimestamp ? new CMSSignedData(cms) : new CMSSignedData(new CMSProcessableByteArray(content), cms);
            if (isTimestamp) {
                TimeStampToken token = new TimeStampToken(data);
                String hash = token.getTimeStampInfo().getMessageImprintAlgOID().getId();
                byte[] digest = MessageDigest.getInstance(hash).digest(content);
                if (!Arrays.equals(digest, token.getTimeStampInfo().getMessageImprintDigest())) {
                    return "the timestamp is of something else";
                }
            }
            for (SignerInformation signer : data.getSignerInfos()) {
                X509CertificateHolder certificate = (X509CertificateHolder) data.getCertificates().getMatches(signer.getSID()).iterator().next();
                if (!signer.verify(new JcaSimpleSignerInfoVerifierBuilder().build(certificate))) {
                    return "the signature does not verify";
                }
            }
            return "valid";
        } catch (Exception e) {
            return e.toString();
        }
    }
}
