using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Fluid;
using Fluid.Values;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Sealing;

/// <summary>Renders one template within limits; whatever goes wrong is the job's or the template's fault and is said so.</summary>
internal sealed class TemplateRenderer(IOptions<SealingOptions> options)
{
    // A table of a thousand rows takes some ten thousand steps.
    private const int MaxSteps = 200_000;

    private const string IsHtml = "html";

    private static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);

    private static readonly TemplateOptions Options = MakeOptions();

    /// <exception cref="StatementFailedException">TemplateFailed, with the file and the missing name or the limit.</exception>
    public string RenderText(NamedTemplate template, TemplateModel model) => Render(template, model, NullEncoder.Default);

    /// <summary>Values are escaped for HTML; what the template itself says is left as it is.</summary>
    /// <inheritdoc cref="RenderText"/>
    public string RenderHtml(NamedTemplate template, TemplateModel model) => Render(template, model, Html);

    private string Render(NamedTemplate template, TemplateModel model, TextEncoder encoder)
    {
        var missing = new List<MissingTemplateValue>();
        var context = new TemplateContext(new ObjectTemplateValue("", model.Values), Options) { CultureInfo = model.Culture, Now = () => model.Now };
        context.AmbientValues[MissingTemplateValue.Ambient] = missing;
        context.AmbientValues[IsHtml] = ReferenceEquals(encoder, Html);

        using var output = new BoundedWriter(options.Value.MaxRenderedCharacters);
        try
        {
            // Nothing in these templates waits: no includes, no asynchronous filters.
            template.Template.RenderAsync(output, context, encoder, isolateContext: true).AsTask().GetAwaiter().GetResult();
            missing.Find(value => !value.WasAsked)?.Fail();
            return output.ToString();
        }
        catch (Exception exception) when (exception is TemplateValueException or FluidException)
        {
            throw Failed(template, exception.Message, exception);
        }
        catch (FileNotFoundException exception)
        {
            throw Failed(template, "include and render are not available: write the text out", exception);
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException or ArgumentException or OverflowException or DivideByZeroException)
        {
            // Fluid reports its step limit, and filters their bad input, by the runtime's own types.
            throw Failed(template, exception.Message, exception);
        }
    }

    private static TemplateOptions MakeOptions()
    {
        var options = new TemplateOptions
        {
            MaxSteps = MaxSteps,
            MaxRecursion = 20,
            StrictFilters = true,
            TimeZone = TimeZoneInfo.Utc,
            Undefined = name => new ValueTask<FluidValue>(new MissingTemplateValue(name)),
        };
        var standard = options.Filters.TryGetValue("default", out var filter) ? filter : throw new InvalidOperationException("Fluid has no filter default.");
        options.Filters.AddFilter("default", (input, arguments, context) =>
            input is MissingTemplateValue missing && !missing.ToBooleanValue() ? new(arguments.At(0)) : standard(input, arguments, context));
        options.Filters.AddFilter("isolate", Isolate);
        return options;
    }

    /// <summary>An account, an amount, a name or an address that reads in its own direction in a text of the other one.</summary>
    private static ValueTask<FluidValue> Isolate(FluidValue input, FilterArguments arguments, TemplateContext context)
    {
        var text = input.ToStringValue();
        return new(context.AmbientValues.TryGetValue(IsHtml, out var html) && html is true
            ? new StringValue($"<bdi>{Html.Encode(text)}</bdi>", encode: false)
            : new StringValue(TextDirection.Isolate(text)));
    }

    private static StatementFailedException Failed(NamedTemplate template, string problem, Exception inner) =>
        new(FailureCode.TemplateFailed, $"template {template.Name} does not render: {problem.ReplaceLineEndings(" ")}", inner);

    private sealed class BoundedWriter(int limit) : StringWriter(CultureInfo.InvariantCulture)
    {
        public override void Write(char value)
        {
            Claim(1);
            base.Write(value);
        }

        public override void Write(string? value)
        {
            Claim(value?.Length ?? 0);
            base.Write(value);
        }

        public override void Write(char[] buffer, int index, int count)
        {
            Claim(count);
            base.Write(buffer, index, count);
        }

        public override void Write(ReadOnlySpan<char> buffer)
        {
            Claim(buffer.Length);
            base.Write(buffer);
        }

        public override Task WriteAsync(char value)
        {
            Write(value);
            return Task.CompletedTask;
        }

        public override Task WriteAsync(string? value)
        {
            Write(value);
            return Task.CompletedTask;
        }

        public override Task WriteAsync(char[] buffer, int index, int count)
        {
            Write(buffer, index, count);
            return Task.CompletedTask;
        }

        public override Task WriteAsync(ReadOnlyMemory<char> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            return Task.CompletedTask;
        }

        private void Claim(int characters)
        {
            if (GetStringBuilder().Length + characters > limit)
                throw new TemplateValueException($"it makes more than {limit} characters");
        }
    }
}

/// <param name="Culture">Formats numbers and dates in filters.</param>
/// <param name="Now">What <c>now</c> is.</param>
internal sealed record TemplateModel(IReadOnlyDictionary<string, FluidValue> Values, CultureInfo Culture, DateTimeOffset Now);
