using MeSign.Statements.Pdf;
using MeSign.Statements.Pdf.Seals;

namespace MeSign.Statements.Tests.Pdf;

public class SealPlaceTests
{
    [Theory]
    [InlineData("last page, bottom right", -1, PdfCorner.BottomRight)]
    [InlineData("last,bottom-right", -1, PdfCorner.BottomRight)]
    [InlineData("First page, Top left", 1, PdfCorner.TopLeft)]
    [InlineData("bottom left", -1, PdfCorner.BottomLeft)]
    [InlineData("page 3, right top", 3, PdfCorner.TopRight)]
    [InlineData("-2", -2, PdfCorner.BottomRight)]
    [InlineData("last", -1, PdfCorner.BottomRight)]
    public void Reads_a_page_and_a_corner(string text, int page, PdfCorner corner)
    {
        SealPlace.TryParse(text, out var place, out var problem).ShouldBeTrue(problem);

        place.ShouldBe(new SealPlace(page, null, corner));
    }

    [Theory]
    [InlineData("page 2, 36 700 200 60", 2)]
    [InlineData("2,36,700,200,60", 2)]
    [InlineData("first page 36 700 200 60", 1)]
    [InlineData("36,700,200,60.0", -1)]
    public void Reads_a_rectangle(string text, int page)
    {
        SealPlace.TryParse(text, out var place, out var problem).ShouldBeTrue(problem);

        place.ShouldBe(new SealPlace(page, new PdfRectangle(36, 700, 200, 60), PdfCorner.BottomRight));
    }

    [Theory]
    [InlineData("the middle", "is no place")]
    [InlineData("bottom", "is no place")]
    [InlineData("top bottom", "is no place")]
    [InlineData("first last", "is no place")]
    [InlineData("first page 3", "is no place")]
    [InlineData("1 2 3", "is no place")]
    [InlineData("36 700 200 60 top left", "is no place")]
    [InlineData("1e3 1 1 1", "is no place")]
    [InlineData("NaN 1 1 1", "is no place")]
    [InlineData("page 0", "page 0")]
    [InlineData("page 1.5", "page 1.5")]
    [InlineData("36 700 -200 60", "above 0")]
    public void Refuses_what_is_no_place(string text, string reason)
    {
        SealPlace.TryParse(text, out _, out var problem).ShouldBeFalse();

        problem.ShouldContain(reason);
    }
}
